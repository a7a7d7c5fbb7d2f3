import uuid
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
from client import Client


def test_tweets_have_addresses_that_resolve(client: Client):
    for tweet in client.get("/tweet/?limit=3").json():
        assert set(tweet) == {"id", "text", "timestamp", "href"}
        found = client.get(tweet["href"])
        # Others may delete it meanwhile.
        assert found.status_code in (HTTPStatus.OK, HTTPStatus.NOT_FOUND)
        assert found.json().get("id") in (tweet["id"], None)


def test_created_tweet_is_found_at_its_location(writer: Client):
    response = writer.post("/tweet/", json={"text": "new"})
    assert response.status_code == HTTPStatus.CREATED
    tweet = response.json()
    assert set(tweet) == {"id", "text", "timestamp", "href"}
    assert tweet["text"] == "new"
    assert response.headers["Location"] == tweet["href"]
    assert writer.get(tweet["href"]).json() == tweet


def test_post_that_is_repeated_makes_one_tweet(writer: Client):
    key = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    first, second, other = (
        writer.post("/tweet/", json={"text": text}, headers=key)
        for text in ("new", "new", "other")
    )
    assert first.status_code == second.status_code == HTTPStatus.CREATED
    assert second.content == first.content
    assert second.headers["Location"] == first.headers["Location"]
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert other.status_code == HTTPStatus.UNPROCESSABLE_CONTENT


def test_created_tweet_is_listed(writer: Client, tweet: dict[str, Any]):
    assert writer.get(f"/tweet/?limit=1&after={tweet['id'] - 1}").json() == [tweet]


def test_timestamp_is_the_time_of_writing(writer: Client, tweet: dict[str, Any]):
    written = datetime.fromisoformat(tweet["timestamp"])
    # The two clocks may differ.
    assert abs(datetime.now(UTC) - written) < timedelta(hours=1)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_text_can_be_changed(writer: Client, tweet: dict[str, Any], method: str):
    response = writer.request(method, tweet["href"], json={"text": "changed"})
    assert response.status_code == HTTPStatus.OK
    assert response.json() == {**tweet, "text": "changed"}
    assert writer.get(tweet["href"]).json() == response.json()


def test_deleted_tweet_is_gone(writer: Client, tweet: dict[str, Any]):
    response = writer.delete(tweet["href"])
    assert response.status_code == HTTPStatus.NO_CONTENT
    assert response.content == b""
    assert writer.get(tweet["href"]).status_code == HTTPStatus.NOT_FOUND
    assert writer.delete(tweet["href"]).status_code == HTTPStatus.NOT_FOUND
    assert writer.get(f"/tweet/?limit=1&after={tweet['id'] - 1}").json()[:1] != [tweet]


def test_only_the_text_can_be_chosen(writer: Client, tweet: dict[str, Any]):
    chosen = {
        "id": 1,
        "text": "changed",
        "timestamp": "2000-01-01T00:00:00Z",
        "href": "http://other.example/",
    }
    assert writer.put(tweet["href"], json=chosen).json() == {**tweet, "text": "changed"}


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "x" * 280,
        "😀" * 280,
        " ",
        " \tspaces\r\n",
        "'; DROP TABLE tweet_tweet; --",
        "<b>&amp;</b>",
        "\x01\uffff",
    ],
    ids=ascii,
)
def test_text_is_kept_as_it_is(writer: Client, text: str):
    href = writer.post("/tweet/", json={"text": text}).json()["href"]
    assert writer.get(href).json()["text"] == text


def test_body_can_come_in_chunks(writer: Client):
    chunks = iter([b'{"text": ', b'"sent"}'])
    response = writer.post(
        "/tweet/", data=chunks, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == HTTPStatus.CREATED
    assert response.json()["text"] == "sent"


def test_head_has_no_body(client: Client):
    response = client.head("/tweet/")
    assert response.status_code == HTTPStatus.OK
    assert response.headers["Content-Type"] == "application/json"
    assert response.content == b""


def test_options_tell_the_methods(client: Client):
    response = client.options("/tweet/")
    assert response.status_code == HTTPStatus.OK
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))

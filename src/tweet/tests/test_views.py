from http import HTTPStatus

import pytest
from django.test import Client
from rest_framework.test import APIClient

from tweet.models import Tweet

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def anonymous_writes(settings):
    settings.API_ANONYMOUS_WRITES = True


@pytest.fixture
def tweet() -> Tweet:
    return Tweet.objects.create(text="first")


def test_list_is_a_plain_array_in_id_order(client: Client, tweet: Tweet):
    other = Tweet.objects.create(text="second")
    response = client.get("/tweet/")
    assert response.status_code == HTTPStatus.OK
    assert [item["id"] for item in response.json()] == [tweet.id, other.id]
    assert set(response.json()[0]) == {"id", "text", "timestamp", "href"}


def test_href_resolves_to_the_tweet(client: Client, tweet: Tweet):
    (listed,) = client.get("/tweet/").json()
    assert listed["href"] == f"http://testserver/tweet/{tweet.id}/"
    assert client.get(listed["href"]).json() == listed


def test_post_makes_a_tweet(client: Client):
    response = client.post("/tweet/", {"text": "new"}, content_type="application/json")
    assert response.status_code == HTTPStatus.CREATED
    assert Tweet.objects.get().text == "new"
    assert response["Location"] == response.json()["href"]


def test_post_that_is_repeated_makes_one_tweet(user_api: APIClient):
    key = {"Idempotency-Key": '"8e03978e-40d5-43e8-bc93-6894a57f9324"'}
    first, second = (
        user_api.post("/tweet/", {"text": "new"}, headers=key) for _ in range(2)
    )
    assert first.json() == second.json()
    assert Tweet.objects.count() == 1


@pytest.mark.parametrize("method", ["put", "patch"])
def test_text_can_be_changed(client: Client, tweet: Tweet, method: str):
    response = getattr(client, method)(
        f"/tweet/{tweet.id}/", {"text": "changed"}, content_type="application/json"
    )
    assert response.status_code == HTTPStatus.OK
    tweet.refresh_from_db()
    assert tweet.text == response.json()["text"] == "changed"


def test_delete(client: Client, tweet: Tweet):
    assert client.delete(f"/tweet/{tweet.id}/").status_code == HTTPStatus.NO_CONTENT
    assert not Tweet.objects.exists()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_stranger_changes_nothing_unless_the_settings_say_so(
    client: Client, settings, tweet: Tweet, method: str
):
    settings.API_ANONYMOUS_WRITES = False
    url = "/tweet/" if method == "post" else f"/tweet/{tweet.id}/"
    response = getattr(client, method)(
        url, {"text": "changed"}, content_type="application/json"
    )
    assert response.status_code == HTTPStatus.UNAUTHORIZED
    assert [kept.text for kept in Tweet.objects.all()] == ["first"]


def test_user_writes_whatever_the_settings_say(user_api: APIClient, settings):
    settings.API_ANONYMOUS_WRITES = False
    assert user_api.post("/tweet/", {"text": "new"}).status_code == HTTPStatus.CREATED


NUMBERS = ["1", "9223372036854775808", "9" * 19, "9" * 20, "9" * 5000]
NO_NUMBERS = ["one", "-1", "+1", "1.0", "\u0661", "%31%00"]


@pytest.mark.parametrize(
    "identifier", NUMBERS + NO_NUMBERS, ids=lambda identifier: ascii(identifier[:20])
)
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_unknown_id_is_not_found(client: Client, method: str, identifier: str):
    response = getattr(client, method)(
        f"/tweet/{identifier}/", content_type="application/json"
    )
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert set(response.json()) == {"detail"}


@pytest.mark.parametrize(
    "text", ["x", "x" * 280, "😀" * 280, " ", "\ttab", "'; DROP TABLE tweet_tweet; --"]
)
def test_text_is_kept_as_it_is(client: Client, text: str):
    response = client.post("/tweet/", {"text": text}, content_type="application/json")
    assert response.status_code == HTTPStatus.CREATED
    assert Tweet.objects.get().text == response.json()["text"] == text


@pytest.mark.parametrize(
    "body",
    [
        '{"text": ""}',
        '{"text": "%s"}' % ("x" * 281),
        r'{"text": "nul \u0000"}',
        r'{"text": "lone \ud800"}',
        '{"text": 5}',
        '{"text": true}',
        '{"text": null}',
        '{"text": ["list"]}',
        '{"text": {"an": "object"}}',
        "{}",
        "[]",
        '"text"',
        "null",
        "NaN",
        "not JSON",
        "",
        '{"text": "open',
        "[" * 100_000,
        b'{"text": "\xff"}',
        "9" * 10_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_bad_body_is_refused_and_changes_nothing(
    client: Client, tweet: Tweet, body: str | bytes
):
    for response in (
        client.post("/tweet/", body, content_type="application/json"),
        client.put(f"/tweet/{tweet.id}/", body, content_type="application/json"),
    ):
        assert response.status_code == HTTPStatus.BAD_REQUEST
        assert isinstance(response.json(), dict)
    assert [kept.text for kept in Tweet.objects.all()] == ["first"]


def test_unknown_media_type_is_refused(client: Client):
    response = client.post("/tweet/", "text", content_type="text/weird")
    assert response.status_code == HTTPStatus.UNSUPPORTED_MEDIA_TYPE


def test_wrong_method_is_refused(client: Client):
    assert client.put("/tweet/").status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_browser_sees_the_browsable_api(client: Client, tweet: Tweet):
    response = client.get("/tweet/", headers={"Accept": "text/html"})
    assert response["Content-Type"].startswith("text/html")
    assert b"Tweet List" in response.content

"""Conditional requests by entity tags, also through compression."""

from http import HTTPStatus
from typing import Any

import pytest
from client import Client

OTHER = '"other"'
PLAIN = {"Accept-Encoding": "identity"}


@pytest.fixture
def tag(client: Client, tweet: dict[str, Any]) -> str:
    return client.get(tweet["href"], headers=PLAIN).headers["ETag"]


@pytest.fixture
def large(writer: Client) -> str:
    """The address of a tweet that is worth compressing."""
    href: str = writer.post(
        "/tweet/", json={"text": "\N{SMILING FACE WITH SMILING EYES}" * 280}
    ).json()["href"]
    return href


def test_one_resource_as_json_has_a_strong_tag(
    client: Client, tweet: dict[str, Any], tag: str
):
    assert tag.startswith('"')
    assert client.head(tweet["href"], headers=PLAIN).headers["ETag"] == tag
    assert (
        "ETag" not in client.get(tweet["href"], headers={"Accept": "text/html"}).headers
    )
    assert "ETag" not in client.get("/tweet/").headers


def test_reader_who_has_it_gets_no_body(
    client: Client, tweet: dict[str, Any], tag: str
):
    response = client.get(tweet["href"], headers={"If-None-Match": tag})
    assert response.status_code == HTTPStatus.NOT_MODIFIED
    assert response.content == b""
    assert client.get(tweet["href"], headers={"If-None-Match": OTHER}).json() == tweet


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "condition", [{"If-Match": OTHER}, {"If-Match": "no tag"}, {"If-None-Match": "*"}]
)
def test_writer_who_saw_another_changes_nothing(
    writer: Client, tweet: dict[str, Any], method: str, condition: dict[str, str]
):
    response = writer.request(
        method, tweet["href"], json={"text": "overwritten"}, headers=condition
    )
    assert response.status_code == HTTPStatus.PRECONDITION_FAILED
    assert response.json()["detail"]
    assert writer.get(tweet["href"]).json() == tweet


def test_second_writer_with_the_same_tag_is_refused(
    writer: Client, tweet: dict[str, Any], tag: str
):
    first, second = (
        writer.put(tweet["href"], json={"text": text}, headers={"If-Match": tag})
        for text in ("first", "second")
    )
    assert (first.status_code, second.status_code) == (
        HTTPStatus.OK,
        HTTPStatus.PRECONDITION_FAILED,
    )
    assert writer.get(tweet["href"]).json()["text"] == "first"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_unknown_id_is_not_found_whatever_the_condition(writer: Client, method: str):
    response = writer.request(
        method, "/tweet/0/", json={"text": "new"}, headers={"If-Match": OTHER}
    )
    assert response.status_code == HTTPStatus.NOT_FOUND


def test_client_that_takes_gzip_writes_with_the_tag_it_got(writer: Client, large: str):
    response = writer.get(large, headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response.headers["Vary"]
    tag = response.headers["ETag"]
    assert (
        writer.get(large, headers={"If-None-Match": tag}).status_code
        == HTTPStatus.NOT_MODIFIED
    )
    first, second = (
        writer.patch(large, json={"text": text}, headers={"If-Match": tag})
        for text in ("new", "late")
    )
    assert (first.status_code, second.status_code) == (
        HTTPStatus.OK,
        HTTPStatus.PRECONDITION_FAILED,
    )


def test_compression_is_asked_for_and_worth_it(
    client: Client, tweet: dict[str, Any], large: str
):
    assert "Content-Encoding" not in client.get(large, headers=PLAIN).headers
    assert (
        "Content-Encoding"
        not in client.get(tweet["href"], headers={"Accept-Encoding": "gzip"}).headers
    )


@pytest.mark.parametrize("path", ["/admin/login/", "/api-auth/login/"])
def test_pages_with_secrets_are_not_compressed(client: Client, path: str):
    response = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert response.status_code == HTTPStatus.OK
    assert "Content-Encoding" not in response.headers

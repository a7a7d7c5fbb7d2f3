from http import HTTPStatus
from typing import Any

import pytest
from client import Client


def test_anyone_reads(stranger: Client):
    response = stranger.get("/tweet/")
    assert response.status_code == HTTPStatus.OK


def test_stranger_does_not_write_where_a_token_is_needed(
    client: Client, stranger: Client, tweet: dict[str, Any]
):
    if stranger.post("/tweet/", json={}).status_code == HTTPStatus.BAD_REQUEST:
        pytest.skip("Anyone may write here: API_ANONYMOUS_WRITES is true.")
    for method, path in (
        ("POST", "/tweet/"),
        ("PUT", tweet["href"]),
        ("PATCH", tweet["href"]),
        ("DELETE", tweet["href"]),
    ):
        response = stranger.request(method, path, json={"text": "a stranger's"})
        assert response.status_code == HTTPStatus.UNAUTHORIZED
        assert response.headers["WWW-Authenticate"] == "Token"
        assert response.json()["detail"]
    assert client.get(tweet["href"]).json() == tweet


@pytest.mark.parametrize(
    "token", ["wrong", "a" * 64, "ö".encode(), "a-b", "a b", "%00"], ids=ascii
)
def test_wrong_token_is_refused_even_for_reading(stranger: Client, token: str | bytes):
    value = b"Token " + (token if isinstance(token, bytes) else token.encode())
    response = stranger.get("/tweet/", headers={"Authorization": value})
    assert response.status_code == HTTPStatus.UNAUTHORIZED
    assert response.json()["detail"]

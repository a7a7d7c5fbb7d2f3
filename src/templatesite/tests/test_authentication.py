from http import HTTPStatus

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.authtoken.models import Token

from tweet.models import Tweet

pytestmark = pytest.mark.django_db
BODY = {"data": {"text": "new"}, "content_type": "application/json"}


@pytest.fixture
def token() -> str:
    return Token.objects.create(user=User.objects.create(username="writer")).key


def authorized(token: str) -> dict[str, str]:
    return {"Authorization": f"Token {token}"}


def test_token_may_write(client: Client, token: str):
    assert client.post("/tweet/", **BODY, headers=authorized(token)).status_code == HTTPStatus.CREATED


def test_session_may_write(client: Client):
    client.force_login(User.objects.create(username="writer"))
    assert client.post("/tweet/", **BODY).status_code == HTTPStatus.CREATED


def test_anyone_may_write_where_that_is_set(client: Client, anonymous_writes):
    assert client.post("/tweet/", **BODY).status_code == HTTPStatus.CREATED


@pytest.mark.parametrize("headers", [{}, authorized("wrong")])
def test_unknown_may_not_write(client: Client, headers):
    response = client.post("/tweet/", **BODY, headers=headers)
    assert response.status_code == HTTPStatus.UNAUTHORIZED
    assert response["WWW-Authenticate"] == "Token"
    assert set(response.json()) == {"detail"}
    assert not Tweet.objects.exists()


def test_guessing_is_slowed_down(client: Client, token: str):
    for _ in range(10):
        assert client.get("/tweet/", headers=authorized("wrong")).status_code == HTTPStatus.UNAUTHORIZED
    response = client.get("/tweet/", headers=authorized("wrong"))
    assert response.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert int(response["Retry-After"]) > 0
    assert client.get("/tweet/", headers=authorized(token)).status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:0:0:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
    ],
)
def test_guessing_is_counted_by_what_one_client_has(client: Client, one: str, other: str, same: bool):
    for _ in range(10):
        client.get("/tweet/", headers=authorized("wrong"), REMOTE_ADDR=one)
    response = client.get("/tweet/", headers=authorized("wrong"), REMOTE_ADDR=other)
    assert (response.status_code == HTTPStatus.TOO_MANY_REQUESTS) is same


def test_right_tokens_are_not_counted(client: Client, token: str):
    for _ in range(12):
        assert client.get("/tweet/", headers=authorized(token)).status_code == HTTPStatus.OK

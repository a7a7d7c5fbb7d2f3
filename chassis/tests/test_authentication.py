from datetime import timedelta
from http import HTTPStatus

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from knox.models import AuthToken

from tests.models import Note

pytestmark = pytest.mark.django_db
BODY = {"data": {"text": "new"}, "content_type": "application/json"}


@pytest.fixture
def user():
    return get_user_model().objects.create(username="writer")


def authorized(token: str) -> dict[str, str]:
    return {"Authorization": f"Token {token}"}


def test_token_may_write(client: Client, user):
    _, token = AuthToken.objects.create(user)
    assert (
        client.post("/guarded/", **BODY, headers=authorized(token)).status_code
        == HTTPStatus.CREATED
    )


def test_session_may_write(client: Client, user):
    client.force_login(user)
    assert client.post("/guarded/", **BODY).status_code == HTTPStatus.CREATED


def test_anyone_may_write_where_a_view_says_so(client: Client):
    assert client.post("/note/", **BODY).status_code == HTTPStatus.CREATED


@pytest.mark.parametrize("method", ["post", "get"])
@pytest.mark.parametrize(
    "token",
    ["wrong", "a" * 64, "tök".encode(), b"\xff", "a\0", "a-b", "a b", ""],
    ids=ascii,
)
def test_what_is_no_token_is_refused(
    client: Client, user, method: str, token: str | bytes
):
    AuthToken.objects.create(user)
    value = token if isinstance(token, str) else token.decode("latin-1")
    response = getattr(client, method)("/guarded/", **BODY, headers=authorized(value))
    assert response.status_code == HTTPStatus.UNAUTHORIZED
    assert response["WWW-Authenticate"] == "Token"
    assert response.json()["detail"].startswith("Invalid token")
    assert not Note.objects.exists()


def test_stranger_may_not_write(client: Client):
    response = client.post("/guarded/", **BODY)
    assert response.status_code == HTTPStatus.UNAUTHORIZED
    assert not Note.objects.exists()


def test_expired_token_is_refused(client: Client, user):
    _, token = AuthToken.objects.create(user, expiry=timedelta(seconds=-1))
    assert (
        client.get("/guarded/", headers=authorized(token)).status_code
        == HTTPStatus.UNAUTHORIZED
    )


def test_database_holds_no_token(user):
    kept, token = AuthToken.objects.create(user)
    assert len(token) == 64  # 256 bits
    assert not [value for value in vars(kept).values() if token in str(value)]

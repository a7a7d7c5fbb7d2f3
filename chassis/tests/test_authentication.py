from datetime import timedelta
from http import HTTPStatus

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from knox.models import AuthToken
from knox.settings import knox_settings

from tests.models import Note

pytestmark = pytest.mark.django_db
BODY = {"data": {"text": "new"}, "content_type": "application/json"}


@pytest.fixture
def user():
    return get_user_model().objects.create(username="writer")


def authorized(token: str) -> dict[str, str]:
    return {"Authorization": f"Token {token}"}


def expire() -> None:
    """End all tokens."""
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))


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
    _, token = AuthToken.objects.create(user)
    expire()
    assert (
        client.get("/guarded/", headers=authorized(token)).status_code
        == HTTPStatus.UNAUTHORIZED
    )


@pytest.mark.parametrize("others", [0, 100, 1000])
def test_token_takes_one_query_however_many_there_are(client: Client, user, others):
    _, token = AuthToken.objects.create(user)
    ended = timezone.now() - timedelta(days=1)
    AuthToken.objects.bulk_create(
        AuthToken(digest=f"{number}", user=user, expiry=ended)
        for number in range(others)
    )
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/guarded/", headers=authorized(token)).status_code == (
            HTTPStatus.OK
        )
    about = [one["sql"] for one in queries if "knox_authtoken" in one["sql"]]
    assert len(about) == 1
    assert about[0].startswith("SELECT")


def test_expired_tokens_go_when_the_user_gets_a_new_one(user):
    other = get_user_model().objects.create(username="other")
    for owner in (user, other):
        AuthToken.objects.create(owner)
    expire()
    kept, _ = AuthToken.objects.create(user, expiry=None)
    assert list(AuthToken.objects.filter(user=user)) == [kept]
    assert AuthToken.objects.filter(user=other).count() == 1


def test_token_that_refreshes_holds_longer(client: Client, user, monkeypatch):
    monkeypatch.setattr(knox_settings, "AUTO_REFRESH", True)
    kept, token = AuthToken.objects.create(user, expiry=timedelta(minutes=5))
    assert client.get("/guarded/", headers=authorized(token)).status_code == (
        HTTPStatus.OK
    )
    assert AuthToken.objects.get().expiry > kept.expiry


def test_token_of_an_inactive_user_is_refused(client: Client, user):
    _, token = AuthToken.objects.create(user)
    get_user_model().objects.update(is_active=False)
    assert client.get("/guarded/", headers=authorized(token)).status_code == (
        HTTPStatus.UNAUTHORIZED
    )


def test_database_holds_no_token(user):
    kept, token = AuthToken.objects.create(user)
    assert len(token) == 64  # 256 bits
    assert not [value for value in vars(kept).values() if token in str(value)]

from http import HTTPStatus

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from knox.models import AuthToken

pytestmark = pytest.mark.django_db
GUARDED = "/guarded/"


@pytest.fixture(params=["old@example.com", "12"])
def user(request):
    user = get_user_model().objects.create(username=request.param)
    user.set_password("a former phrase")
    user.save()
    return user


@pytest.fixture
def other():
    user = get_user_model().objects.create(username="other", is_staff=True)
    return user, AuthToken.objects.create(user)[1]


def status(token: str) -> int:
    return (
        Client().get(GUARDED, headers={"Authorization": f"Token {token}"}).status_code
    )


def test_new_password_ends_tokens_and_sessions(user, other):
    _, token = AuthToken.objects.create(user)
    browser = Client()
    browser.force_login(user)
    assert browser.get("/api-auth/login/").status_code == HTTPStatus.OK
    assert status(token) == HTTPStatus.OK
    user.set_password("a new phrase")
    user.save()
    assert status(token) == HTTPStatus.UNAUTHORIZED
    assert browser.post(GUARDED, {"text": "x"}).status_code == HTTPStatus.UNAUTHORIZED
    assert status(other[1]) == HTTPStatus.OK


def test_who_chooses_a_password_reads_what_it_ends(admin_client):
    page = admin_client.get("/admin/password_change/").content.decode()
    assert "A new password ends your tokens" in page


def test_login_and_other_changes_end_nothing(user):
    _, token = AuthToken.objects.create(user)
    assert authenticate(username=user.username, password="a former phrase") == user
    user.first_name = "A"
    user.save()
    Client().force_login(user)
    assert status(token) == HTTPStatus.OK


def test_what_an_inactive_user_had_stays_gone_when_he_returns(user, other):
    _, token = AuthToken.objects.create(user)
    browser, others = Client(), Client()
    browser.force_login(user)
    others.force_login(other[0])
    for active in (False, True):
        user.is_active = active
        user.save()
        assert status(token) == HTTPStatus.UNAUTHORIZED
        assert (
            browser.post(GUARDED, {"text": "x"}).status_code == HTTPStatus.UNAUTHORIZED
        )
    assert status(other[1]) == HTTPStatus.OK
    body = {"data": {"text": "x"}, "content_type": "application/json"}
    assert others.post(GUARDED, **body).status_code == HTTPStatus.CREATED


def test_saving_other_fields_of_an_inactive_user_ends_nothing(
    user, django_assert_num_queries
):
    get_user_model().objects.filter(pk=user.pk).update(is_active=False)
    user.refresh_from_db()
    with django_assert_num_queries(1):
        user.save(update_fields=["first_name"])


def test_password_that_is_taken_away_ends_tokens(user):
    _, token = AuthToken.objects.create(user)
    user.set_unusable_password()
    user.save()
    assert status(token) == HTTPStatus.UNAUTHORIZED
    _, token = AuthToken.objects.create(user)
    user.save()
    assert status(token) == HTTPStatus.OK


def test_inactive_user_who_is_made_ends_nothing(django_assert_num_queries):
    with django_assert_num_queries(1):
        get_user_model().objects.create(
            username="waiting", is_active=False, password="argon2$x"
        )


@pytest.mark.parametrize("action", ["add", "change"])
def test_staff_with_permissions_for_tokens_writes_none(user, other, action: str):
    """A digest that it knows would make it anyone."""
    staff, _ = other
    staff.user_permissions.set(
        Permission.objects.filter(content_type__app_label="knox")
    )
    kept, token = AuthToken.objects.create(user)
    path = f"/admin/knox/authtoken/{'add' if action == 'add' else f'{kept.pk}/change'}/"
    values = {"digest": "d" * 128, "token_key": "d" * 15, "user": user.pk}
    browser = Client()
    browser.force_login(staff)
    assert browser.post(path, values).status_code == HTTPStatus.FORBIDDEN
    assert status(token) == HTTPStatus.OK
    assert browser.get("/admin/knox/authtoken/").status_code == HTTPStatus.OK
    get_user_model().objects.filter(pk=staff.pk).update(is_superuser=True)
    assert browser.get(path).status_code == HTTPStatus.OK

from http import HTTPStatus

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from accounts.models import User


@pytest.mark.django_db
def test_users_are_the_services_own(admin_client: Client):
    assert get_user_model() is User
    assert User.objects.get().username == "admin"
    assert User._meta.db_table == "accounts_user"


@pytest.mark.django_db
def test_admin_manages_users(admin_client: Client):
    phrase = "a long phrase"
    added = {
        "username": "writer",
        "password1": phrase,
        "password2": phrase,
        "usable_password": "true",
    }
    response = admin_client.post(reverse("admin:accounts_user_add"), added)
    assert response.status_code == HTTPStatus.FOUND
    assert User.objects.get(username="writer").check_password(phrase)

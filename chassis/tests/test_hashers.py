from importlib import reload

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.hashers import (
    PBKDF2PasswordHasher,
    check_password,
    make_password,
)

from chassis import settings as site_settings


@pytest.fixture(autouse=True)
def _hashers_of_the_service(settings):
    settings.PASSWORD_HASHERS = reload(site_settings).PASSWORD_HASHERS


def test_password_is_hashed_by_owasps_least():
    encoded = make_password("secret")
    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert check_password("secret", encoded)
    assert not check_password("Secret", encoded)


@pytest.mark.django_db
def test_account_with_an_older_hash_takes_as_long_as_any(monkeypatch):
    """Its own hasher would take six times as long, and so reveal the account."""
    hashed = []

    def encode(self, password, salt):
        hashed.append(password)
        return "argon2$"

    monkeypatch.setattr("chassis.hashers.Argon2PasswordHasher.encode", encode)
    older = PBKDF2PasswordHasher().encode("secret", "salt", iterations=10)
    get_user_model().objects.create(username="writer", password=older)
    for name in ("writer", "nobody"):
        hashed.clear()
        assert authenticate(username=name, password="wrong") is None
        assert len(hashed) == 1

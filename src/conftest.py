"""What the unit tests of every package share."""

import pytest

from healthcheck.dependencies import silence


@pytest.fixture(autouse=True)
def _no_silence():
    """No test starts with another's database that did not answer."""
    silence.end()


@pytest.fixture(autouse=True)
def _fast_passwords(settings):
    """Hashing slows down whoever guesses; tests do not guess."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def anonymous_writes(settings):
    settings.API_ANONYMOUS_WRITES = True

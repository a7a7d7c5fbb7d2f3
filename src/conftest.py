"""What the unit tests of every package share."""

import pytest
from django.core.cache import cache

from healthcheck.dependencies import silence


@pytest.fixture(autouse=True)
def _no_failures_counted():
    """No test starts with another's failed attempts to log in."""
    cache.clear()


@pytest.fixture(autouse=True)
def _no_silence():
    """No test starts with another's database that did not answer."""
    silence.end()


@pytest.fixture
def anonymous_writes(settings):
    settings.API_ANONYMOUS_WRITES = True

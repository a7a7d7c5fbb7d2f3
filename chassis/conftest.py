"""The chassis's tests get the fixtures that a service's tests get."""

import pytest
from django.core import signals
from django.db import close_old_connections

from chassis.pagination.keyset import keyset_by

pytest_plugins = ["chassis.testing"]


@pytest.fixture(autouse=True)
def _no_ordering_is_known() -> None:
    """Each test makes its own.

    mutmut sees by a function's calls which tests it matters to.
    """
    keyset_by.cache_clear()


@pytest.fixture
def _kept_transaction():
    """As with Django's test client, a request does not close the connection."""
    ends = (signals.request_started, signals.request_finished)
    for end in ends:
        end.disconnect(close_old_connections)
    yield
    for end in ends:
        end.connect(close_old_connections)

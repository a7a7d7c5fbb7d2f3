"""The chassis's tests get the fixtures that a service's tests get."""

import pytest
from django.core import signals
from django.db import close_old_connections
from django.db.backends.postgresql import base

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


@pytest.fixture
def failing(monkeypatch):
    """Let the next connections fail with these words; without words, one is made."""
    words: list[str] = []
    connect = base.DatabaseWrapper.get_new_connection

    def get_new_connection(wrapper, parameters):
        if words and (text := words.pop(0)):
            raise wrapper.Database.OperationalError(text)
        return connect(wrapper, parameters)

    monkeypatch.setattr(base.DatabaseWrapper, "get_new_connection", get_new_connection)
    yield words
    words.clear()

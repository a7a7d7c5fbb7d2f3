import gc
import importlib
import signal
import sys
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection, connections

from chassis.preload import connect, prepare_workers, without_connections


@pytest.fixture
def new(db):
    new = connections.create_connection("default")
    yield new
    new.close()


def test_connection_before_the_fork_is_refused(new):
    with without_connections():
        with pytest.raises(
            ImproperlyConfigured, match="while the application was imported"
        ):
            new.ensure_connection()
        assert new.connection is None
    new.ensure_connection()
    assert new.is_usable()


@pytest.fixture
def _signals():
    """What the test changes is set back."""
    handlers = {number: signal.getsignal(number) for number in (1, 2, 15)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_signals")
@pytest.mark.django_db(transaction=True)
def test_new_worker_connects(monkeypatch):
    uwsgi = SimpleNamespace()
    monkeypatch.setitem(sys.modules, "uwsgi", uwsgi)
    prepare_workers()
    connection.close()
    uwsgi.post_fork_hook()
    assert connection.connection


def test_workers_share_the_memory_of_what_was_imported():
    importlib.import_module("chassis.wsgi")
    # The collector would write to each of these, and so each worker would have its own.
    assert gc.get_freeze_count() > 50_000


def test_new_worker_serves_without_the_database(monkeypatch):
    def away():
        raise OperationalError

    monkeypatch.setattr(connection, "ensure_connection", away)
    connect()

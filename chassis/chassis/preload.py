"""What happens before uWSGI forks its workers, and in each before its first request."""

import importlib
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


def refuse(connection: BaseDatabaseWrapper, **_signal: object) -> None:
    connection.close()  # also where the exception is caught
    raise ImproperlyConfigured(
        "The database was asked while the application was imported, "
        "at the line that the traceback shows. "
        "All workers would share that connection and get each other's rows: "
        "ask in a function that runs during a request."
    )


@contextmanager
def without_connections() -> Iterator[None]:
    """Let nothing connect to a database meanwhile.

    Raises:
        ImproperlyConfigured: where something does.
    """
    connection_created.connect(refuse)
    try:
        yield
    finally:
        connection_created.disconnect(refuse)


def connect() -> None:
    """Connect to the database, if it answers; if not, requests get 503."""
    with suppress(Error):
        connection.ensure_connection()


def begin_worker() -> None:
    """Connect, so that no request waits for that, and begin to send spans.

    uWSGI's worker takes signals after this hook only. Until then they end it; otherwise
    a stop would pass it by, and wait for its mercy of 40 s.
    Source: uwsgi_run and uwsgi_worker_run in uWSGI's core/uwsgi.c.
    """
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    # Before the first `add` of chassis.metrics, which does not look whose files it has.
    importlib.import_module("django_prometheus.db").connections_total.labels(
        connection.alias, connection.vendor
    ).inc(0)
    connect()
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        send_spans()


def send_spans() -> None:
    """Begin in this worker: the thread that sends would not be there after a fork."""
    uwsgi: Any = importlib.import_module("uwsgi")
    uwsgi.atexit = importlib.import_module("chassis.telemetry").start()


def prepare_workers() -> None:
    """Let each of uWSGI's workers begin as above."""
    with suppress(ImportError):
        uwsgi: Any = importlib.import_module("uwsgi")  # there inside uWSGI alone
        uwsgi.post_fork_hook = begin_worker

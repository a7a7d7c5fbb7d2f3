"""Requests wait for a database that restarts, and no longer than they should."""

import re
import time

import pytest
from django.db import OperationalError, connections

from chassis.postgresql import outage as module
from chassis.postgresql.outage import Outage, is_absent, is_away, outage

CUT_OFF = re.compile("closed|terminating")


@pytest.fixture(autouse=True)
def nothing_is_known():
    outage.end()
    yield
    outage.end()


@pytest.fixture
def own(db):
    """A connection of the test's own, outside its transaction."""
    own = connections.create_connection("default")
    yield own
    own.close()


def end(wrapper) -> None:
    """Let the server end the connection of another wrapper."""
    process = wrapper.connection.info.backend_pid
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [process])
        assert cursor.fetchone() == (True,)
    other.close()


@pytest.mark.parametrize(
    ("words", "away", "absent"),
    [
        ("connection to server failed: Connection refused", True, True),
        ('could not translate host name "db" to address: Name or service', True, True),
        ("failed to resolve host 'db': [Errno -2] Name or service", True, True),
        ('socket "/s/.s.PGSQL.5432" failed: No such file or directory', True, True),
        ("server closed the connection unexpectedly", True, True),
        ("could not receive data from server: Connection reset by peer", True, True),
        ("SSL SYSCALL error: EOF detected", True, True),
        ("failed: No route to host", True, True),
        ("failed: Network is unreachable", True, True),
        ("FATAL:  the database system is starting up", True, True),
        ("FATAL:  the database system is shutting down", True, True),
        ("FATAL:  terminating connection due to administrator command", True, True),
        ("FATAL:  canceling authentication due to timeout", True, True),
        ("connection to server failed: timeout expired", False, True),
        ('FATAL:  password authentication failed for user "x"', False, False),
        ('FATAL:  database "x" does not exist', False, False),
        ("SSL error: certificate verify failed", True, False),
        ('root certificate file "/ca.crt" does not exist', True, False),
        ("server does not support SSL, but SSL was required", True, False),
    ],
)
def test_what_a_restart_looks_like(words: str, away: bool, absent: bool):
    """Requests wait for what is away, and migrate for what is not there yet."""
    error = RuntimeError(words)
    assert (is_away(error), is_absent(error)) == (away, absent)


def test_request_waits_until_the_database_is_back(own, failing):
    failing += ["Connection refused", "FATAL:  the database system is starting up"]
    with outage.waited_for():
        own.ensure_connection()
    assert failing == []
    assert not outage.is_short()


def test_what_is_no_request_does_not_wait(own, failing):
    failing += ["Connection refused", "it was asked again"]
    with pytest.raises(OperationalError, match="refused"):
        own.ensure_connection()
    assert outage.is_short()


def test_silence_is_waited_for_in_an_outage(own, failing):
    failing += ["Connection refused", "timeout expired", "Connection refused"]
    with outage.waited_for():
        own.ensure_connection()
    assert failing == []


def test_silence_alone_is_not_waited_for(own, failing):
    failing += ["timeout expired", "it was asked again"]
    with outage.waited_for(), pytest.raises(OperationalError, match="expired"):
        own.ensure_connection()
    assert not outage.is_short()


def test_refusal_is_not_waited_for(own, failing):
    failing += ["FATAL:  password authentication failed", "it was asked again"]
    with outage.waited_for(), pytest.raises(OperationalError, match="password"):
        own.ensure_connection()
    assert not outage.is_short()


def test_wait_ends_for_all_when_it_ends_for_the_first(own, failing, settings):
    settings.DATABASE_WAIT_SECONDS = 0.3
    failing += ["Connection refused"] * 100
    for _ in range(5):
        with outage.waited_for(), pytest.raises(OperationalError):
            own.ensure_connection()
    assert len(failing) > 80


def test_outage_after_a_long_time_is_a_new_one(monkeypatch, settings):
    outage, now = Outage(), 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    outage.note()
    now = settings.DATABASE_WAIT_SECONDS + 1
    outage.note()
    assert not outage.is_short()
    now += module.FORGOTTEN + 1
    outage.note()
    assert outage.is_short()


def test_rows_are_asked_for_again_where_the_answer_was_cut_off(own):
    own.ensure_connection()
    end(own)
    with outage.waited_for(), own.cursor() as cursor:
        cursor.execute('SELECT "a" FROM (SELECT 1 AS a) AS one')
        assert cursor.fetchone() == (1,)


def test_transaction_that_was_cut_off_does_not_go_on(own):
    own.set_autocommit(False)
    end(own)
    with (
        outage.waited_for(),
        pytest.raises(OperationalError, match=CUT_OFF),
        own.cursor() as cursor,
    ):
        cursor.execute('SELECT "a" FROM (SELECT 1 AS a) AS one')


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT pg_notify('a', 'b')",
        "UPDATE django_session SET session_key = session_key",
    ],
)
def test_what_may_write_is_executed_once(own, statement: str):
    own.ensure_connection()
    end(own)
    with (
        outage.waited_for(),
        pytest.raises(OperationalError, match=CUT_OFF),
        own.cursor() as cursor,
    ):
        cursor.execute(statement)

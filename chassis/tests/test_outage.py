"""Requests wait for a database that restarts, and no longer than they should."""

import re
import time

import pytest
from django.db import OperationalError, connections
from django_prometheus.db.backends.postgresql import base

from chassis.postgresql import outage as module
from chassis.postgresql.outage import Outage, is_away, outage

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


@pytest.fixture
def failing(monkeypatch):
    """Let the next connections fail with these words."""
    words: list[str] = []
    connect = base.DatabaseWrapper.get_new_connection

    def get_new_connection(wrapper, parameters):
        if words:
            raise wrapper.Database.OperationalError(words.pop(0))
        return connect(wrapper, parameters)

    monkeypatch.setattr(base.DatabaseWrapper, "get_new_connection", get_new_connection)
    return words


def end(wrapper) -> None:
    """Let the server end the connection of another wrapper."""
    process = wrapper.connection.info.backend_pid
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [process])
        assert cursor.fetchone() == (True,)
    other.close()


@pytest.mark.parametrize(
    ("words", "away"),
    [
        ("connection to server failed: Connection refused", True),
        ('could not translate host name "db" to address: Name or service', True),
        ("FATAL:  the database system is starting up", True),
        ("FATAL:  the database system is shutting down", True),
        ("FATAL:  terminating connection due to administrator command", True),
        ("FATAL:  canceling authentication due to timeout", True),
        ('FATAL:  password authentication failed for user "x"', False),
        ('FATAL:  database "x" does not exist', False),
        ("connection to server failed: timeout expired", False),
    ],
)
def test_what_a_restart_looks_like(words: str, away: bool):
    assert is_away(RuntimeError(words)) is away


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

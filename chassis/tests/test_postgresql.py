from contextlib import closing

import pytest
from django.db import OperationalError, ProgrammingError, connection, connections
from django.db.backends.postgresql import base
from prometheus_client import REGISTRY

from chassis.postgresql import undefined


def test_errors_that_are_each_others_cause_have_no_end():
    one, other = RuntimeError(), RuntimeError()
    one.__cause__, other.__cause__ = other, one
    assert undefined(one) is None


def counted(name: str, **labels: str) -> float:
    """What a metric of the database's says, from 0 where it does not say."""
    labels = {"alias": "default", "vendor": "postgresql"} | labels
    return REGISTRY.get_sample_value(f"django_db_{name}", labels) or 0


@pytest.mark.django_db
def test_statements_are_counted_and_timed():
    names = ("execute_total", "execute_many_total", "query_duration_seconds_count")
    before = [counted(name) for name in names]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE counted (number int)")
        cursor.executemany("INSERT INTO counted VALUES (%s)", [(1,), (2,)])
    after = [counted(name) for name in names]
    assert [b - a for a, b in zip(before, after, strict=True)] == [3, 2, 2]


@pytest.mark.django_db
def test_errors_are_counted_by_the_name_that_the_driver_has():
    before = counted("errors_total", type="UndefinedTable")
    with connection.cursor() as cursor, pytest.raises(ProgrammingError):
        cursor.execute("SELECT 1 FROM there_is_none")
    assert counted("errors_total", type="UndefinedTable") == before + 1


@pytest.mark.django_db
def test_attempts_to_connect_are_counted(failing):
    names = ("new_connections_total", "new_connection_errors_total")
    before = [counted(name) for name in names]
    failing += ["FATAL:  password authentication failed"]
    own = connections.create_connection("default")
    with pytest.raises(OperationalError):
        own.ensure_connection()
    after = [counted(name) for name in names]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1]


@pytest.fixture
def asked(monkeypatch) -> list[bool]:
    """What the server answered when it was asked."""
    answers = []
    ask = base.DatabaseWrapper.is_usable

    def record(wrapper):
        answers.append(ask(wrapper))
        return answers[-1]

    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", record)
    return answers


@pytest.fixture
def kept(db):
    """A connection that an earlier request left."""
    kept = connections.create_connection("default")
    kept.ensure_connection()
    yield kept
    kept.close()


def test_silent_connection_is_well_without_a_question(kept, asked):
    assert kept.is_usable()
    assert asked == []


def test_connection_that_the_server_ended_is_noticed(kept, asked):
    ended = kept.connection.info.backend_pid
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [ended])
        assert cursor.fetchone() == (True,)
    assert not kept.is_usable()
    assert asked == [False]


def test_notice_of_the_server_is_no_end(kept, asked):
    with kept.cursor() as cursor:
        cursor.execute("LISTEN news")
    with (
        closing(connections.create_connection("default")) as other,
        other.cursor() as cursor,
    ):
        cursor.execute("NOTIFY news")
    assert kept.is_usable()
    assert asked in ([], [True])


def test_connection_that_broke_during_a_statement_is_not_well(kept, asked):
    kept.connection.close()  # as drivers mark it
    assert not kept.is_usable()
    kept.connection = None
    assert not kept.is_usable()


def test_failed_transaction_is_not_well(kept, asked):
    with kept.cursor() as cursor:
        cursor.execute("BEGIN")
        with pytest.raises(ProgrammingError):
            cursor.execute("SELECT nope")
    assert not kept.is_usable()
    assert asked == [False]


def test_connection_is_asked_after_an_error(kept, asked):
    with kept.cursor() as cursor, pytest.raises(ProgrammingError):
        cursor.execute("SELECT nope")
    assert kept.is_usable()
    assert asked == [True]

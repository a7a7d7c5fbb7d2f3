import os
import socket
import time
import types

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from chassis.health import dependencies, unapplied
from chassis.health.dependencies import (
    _lacks_migrations,
    database_answers,
    lacks_migrations,
    migrations_are_applied,
    silence,
)


@pytest.mark.django_db
def test_database_answers():
    assert database_answers()


@pytest.mark.parametrize("error", [InterfaceError, OperationalError])
def test_database_does_not_answer(monkeypatch, error):
    def away():
        raise error

    monkeypatch.setattr(connection, "ensure_connection", away)
    assert not database_answers()


@pytest.mark.django_db(transaction=True)
def test_connection_whose_other_end_vanished_is_made_anew():
    connection.ensure_connection()
    mine, other = socket.socketpair()
    with mine:
        os.dup2(mine.fileno(), connection.connection.fileno())
        assert connection.is_usable()  # there is no sign of it yet
        other.close()
        assert database_answers()


@pytest.mark.django_db
def test_migrations_are_applied():
    assert migrations_are_applied()


@pytest.mark.django_db
def test_migrations_are_asked_for_until_they_are_applied(django_assert_num_queries):
    recorder = MigrationRecorder(connection)
    app, name = min(set().union(*unapplied.migrations().values()))
    recorder.record_unapplied(app, name)
    assert not migrations_are_applied()
    recorder.record_applied(app, name)
    assert migrations_are_applied()
    with django_assert_num_queries(0):
        assert migrations_are_applied()


def test_migrations_are_not_known_without_the_database(monkeypatch):
    def away():
        raise OperationalError

    monkeypatch.setattr(connection, "ensure_connection", away)
    assert not migrations_are_applied()


@pytest.mark.django_db
def test_role_without_rights_is_reported_once(caplog):
    with connection.cursor() as cursor:
        cursor.execute("REVOKE SELECT ON django_migrations FROM CURRENT_USER")
        cursor.execute("SAVEPOINT before")
        for _ in range(2):
            assert not migrations_are_applied()
            cursor.execute("ROLLBACK TO before")
    (message,) = caplog.messages
    assert "permission denied for table django_migrations" in message


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ('FATAL:  password authentication failed for user "x"', 1),
        ("FATAL:  the database system is starting up", 0),
        ("connection to server failed: Connection refused", 0),
    ],
)
def test_refusal_is_reported_once(monkeypatch, caplog, words: str, lines: int):
    """A release with a wrong password never becomes ready, and says why."""

    def refused():
        raise OperationalError(words)

    dependencies.log_refusal.cache_clear()
    monkeypatch.setattr(connection, "ensure_connection", refused)
    for _ in range(2):
        silence.end()
        assert not database_answers()
    assert caplog.text.count("does not let this server in: FATAL: pass") == lines


@pytest.mark.django_db
def test_silent_database_is_not_asked_again_at_once(monkeypatch):
    asked = []

    def away():
        asked.append(True)
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(connection, "ensure_connection", away)
        assert not database_answers()
        assert not database_answers()
        assert not migrations_are_applied()
    assert len(asked) == 1
    silence.end()
    assert database_answers()


def test_silence_ends_by_itself(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(
        dependencies, "time", types.SimpleNamespace(monotonic=lambda: now[0])
    )
    silence = dependencies.Silence(seconds=2)
    assert not silence.lasts()
    silence.begin()
    for now[0], lasts in ((100.0, True), (101.9, True), (102.0, False)):
        assert silence.lasts() is lasts
    silence.begin()
    silence.end()
    assert not silence.lasts()


@pytest.mark.django_db(transaction=True)
def test_migration_that_is_taken_back_is_noticed(request, monkeypatch):
    now = [time.monotonic()]  # what follows is one moment, however slow the machine is
    monkeypatch.setattr(
        dependencies, "time", types.SimpleNamespace(monotonic=lambda: now[0])
    )
    _lacks_migrations.cache_clear()
    assert migrations_are_applied()
    assert not lacks_migrations()
    request.getfixturevalue("behind")
    assert not lacks_migrations()  # asked a moment ago
    now[0] += 1
    assert lacks_migrations()
    assert not migrations_are_applied()


def test_database_that_does_not_answer_lacks_nothing_that_is_known(monkeypatch):
    def away(_self):
        raise OperationalError

    monkeypatch.setattr(
        "chassis.postgresql.base.DatabaseWrapper.ensure_connection", away
    )
    assert not lacks_migrations()

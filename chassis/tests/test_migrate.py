"""Migrations beside others who use the tables.

The others have a connection of their own, as locks are seen between two.
"""

import io
import threading
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections
from django.db.migrations import Migration, RunSQL
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from chassis.management.commands import migrate
from chassis.migrations_executor import PatientExecutor

# A table that no migration of the project's own changes.
TABLE = Session._meta.db_table
ADD = f"ALTER TABLE {TABLE} ADD COLUMN added integer"
DROP = f"ALTER TABLE {TABLE} DROP COLUMN added"
NAME = "0002_test"


@pytest.fixture
def executor(transactional_db, monkeypatch) -> PatientExecutor:
    monkeypatch.setattr(PatientExecutor, "lock_timeout", "50ms")
    monkeypatch.setattr(PatientExecutor, "pause", 0.01)
    monkeypatch.setattr(PatientExecutor, "tries", 3)
    yield PatientExecutor(connection)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {TABLE} DROP COLUMN IF EXISTS added")
    MigrationRecorder(connection).record_unapplied("sessions", NAME)


def migration(atomic: bool = True) -> Migration:
    made = Migration(NAME, "sessions")
    made.operations, made.atomic = [RunSQL(ADD, DROP)], atomic
    return made


@contextmanager
def reader():
    """Another session that has read the table and is still in a transaction; `leave` ends that."""
    begun, leave = threading.Event(), threading.Event()

    def read() -> None:
        other = connections.create_connection("default")
        with other.cursor() as cursor:
            cursor.execute(f"BEGIN; SELECT * FROM {TABLE}")
            begun.set()
            leave.wait(30)
        other.close()

    thread = threading.Thread(target=read)
    thread.start()
    begun.wait(30)
    try:
        yield leave
    finally:
        leave.set()
        thread.join()


def columns() -> set[str]:
    with connection.cursor() as cursor:
        return {
            column.name for column in connection.introspection.get_table_description(cursor, TABLE)
        }


def test_migration_waits_in_turns_until_it_has_its_lock(
    executor: PatientExecutor, monkeypatch, caplog
):
    with reader() as leave:
        monkeypatch.setattr("time.sleep", lambda _: leave.set())
        monkeypatch.setattr(PatientExecutor, "tries", 100)
        executor.apply_migration(ProjectState(), migration())
    assert "added" in columns()
    assert caplog.messages[0] == f"sessions.{NAME} waits for a lock that others hold; try 1 of 100."
    executor.unapply_migration(ProjectState(), migration())
    assert "added" not in columns()


def test_migration_that_gets_no_lock_changes_nothing(executor: PatientExecutor, caplog):
    with reader(), pytest.raises(OperationalError, match="lock timeout"):
        executor.apply_migration(ProjectState(), migration())
    assert len(caplog.records) == 2
    assert "added" not in columns()
    assert ("sessions", NAME) not in MigrationRecorder(connection).applied_migrations()


def test_migration_that_is_not_atomic_waits_as_long_as_it_takes(executor: PatientExecutor, caplog):
    with reader() as leave:
        threading.Timer(0.3, leave.set).start()
        executor.apply_migration(ProjectState(), migration(atomic=False))
    assert "added" in columns()
    assert not caplog.records


@pytest.mark.parametrize(("options", "more"), [((True,), {}), ((), {"fake": True})])
def test_migration_that_is_only_recorded_changes_no_table(executor: PatientExecutor, options, more):
    recorder = MigrationRecorder(connection)
    executor.apply_migration(ProjectState(), migration(), *options, **more)
    assert "added" not in columns()
    assert ("sessions", NAME) in recorder.applied_migrations()
    executor.unapply_migration(ProjectState(), migration(), *options, **more)
    assert ("sessions", NAME) not in recorder.applied_migrations()


def test_other_errors_are_not_waited_out(executor: PatientExecutor, caplog):
    broken = migration()
    broken.operations = [RunSQL("SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)")]
    with pytest.raises(OperationalError, match="statement timeout"):
        executor.apply_migration(ProjectState(), broken)
    assert not caplog.records


@pytest.mark.django_db
def test_data_of_the_former_user_model_are_told_of():
    recorder = MigrationRecorder(connection)
    recorder.migration_qs.filter(app=get_user_model()._meta.app_label).delete()
    with pytest.raises(CommandError, match=r"cannot be migrated: begin with an empty one"):
        call_command("migrate")


@pytest.mark.django_db
@pytest.mark.parametrize("app", ["contenttypes", "tests"])
def test_other_gaps_in_the_history_are_told_as_django_does(app: str):
    MigrationRecorder(connection).record_unapplied(app, "0001_initial")
    with pytest.raises(CommandError, match=rf"applied before its dependency {app}\.0001_initial"):
        call_command("migrate")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "expected"),
    [("55P03", CommandError), ("57014", OperationalError), (None, OperationalError)],
)
def test_lock_that_others_keep_is_told_of(monkeypatch, code: str | None, expected: type[Exception]):
    def fail(*_arguments: object, **_options: object) -> None:
        cause = Exception()
        cause.diag = SimpleNamespace(sqlstate=code)
        raise OperationalError from cause if code else None

    monkeypatch.setattr("django.core.management.commands.migrate.Command.handle", fail)
    with pytest.raises(expected) as error:
        call_command("migrate")
    assert str(error.value) == (
        "A migration did not get its locks in two minutes: "
        "see who holds them (pg_stat_activity), and run this again."
        if expected is CommandError
        else ""
    )


def test_second_migrate_waits_for_the_first(transactional_db, capsys):
    """Two that start at once would both apply the same migration, and one of them fail."""
    begun, leave, told = threading.Event(), threading.Event(), []

    def first() -> None:
        other = connections.create_connection("default")
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [migrate.LOCK])
            begun.set()
            leave.wait(30)
        other.close()

    class Told(io.StringIO):
        def write(self, text: str) -> int:
            told.append(text)
            leave.set()
            return super().write(text)

    thread = threading.Thread(target=first)
    thread.start()
    begun.wait(30)
    call_command("migrate", verbosity=0, stderr=Told())
    thread.join()
    assert "Another migrate runs" in told[0]
    # The next one does not wait.
    told.clear()
    call_command("migrate", verbosity=0, stderr=Told())
    assert not told

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

from chassis.migration import lock, presence
from chassis.migration.executor import PatientExecutor

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
    """Another session, which has read the table in a transaction; `leave` ends it."""
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
            column.name
            for column in connection.introspection.get_table_description(cursor, TABLE)
        }


def test_migration_waits_in_turns_until_it_has_its_lock(
    executor: PatientExecutor, monkeypatch, caplog
):
    with reader() as leave:
        monkeypatch.setattr("time.sleep", lambda _: leave.set())
        monkeypatch.setattr(PatientExecutor, "tries", 100)
        executor.apply_migration(ProjectState(), migration())
    assert "added" in columns()
    assert (
        caplog.messages[0]
        == f"sessions.{NAME} waits for a lock that others hold; try 1 of 100."
    )
    executor.unapply_migration(ProjectState(), migration())
    assert "added" not in columns()


def test_migration_that_gets_no_lock_changes_nothing(executor: PatientExecutor, caplog):
    with reader(), pytest.raises(OperationalError, match="lock timeout"):
        executor.apply_migration(ProjectState(), migration())
    assert len(caplog.records) == 2
    assert "added" not in columns()
    assert ("sessions", NAME) not in MigrationRecorder(connection).applied_migrations()


def test_migration_that_is_not_atomic_waits_as_long_as_it_takes(
    executor: PatientExecutor, caplog
):
    with reader() as leave:
        threading.Timer(0.3, leave.set).start()
        executor.apply_migration(ProjectState(), migration(atomic=False))
    assert "added" in columns()
    assert not caplog.records


@pytest.mark.parametrize(("options", "more"), [((True,), {}), ((), {"fake": True})])
def test_migration_that_is_only_recorded_changes_no_table(
    executor: PatientExecutor, options, more
):
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
def test_data_of_the_former_user_model_are_reported():
    recorder = MigrationRecorder(connection)
    recorder.migration_qs.filter(app=get_user_model()._meta.app_label).delete()
    with pytest.raises(
        CommandError, match=r"cannot be migrated: begin with an empty one"
    ):
        call_command("migrate")


@pytest.mark.django_db
@pytest.mark.parametrize("app", ["contenttypes", "tests"])
def test_other_gaps_in_the_history_are_reported_as_django_does(app: str):
    MigrationRecorder(connection).record_unapplied(app, "0001_initial")
    with pytest.raises(
        CommandError, match=rf"applied before its dependency {app}\.0001_initial"
    ):
        call_command("migrate")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "expected"),
    [("55P03", CommandError), ("57014", OperationalError), (None, OperationalError)],
)
def test_lock_that_others_keep_is_reported(
    monkeypatch, code: str | None, expected: type[Exception]
):
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


class WatchedOutput(io.StringIO):
    """Standard error that calls a function at each line."""

    def __init__(self, then) -> None:
        super().__init__()
        self.then, self.lines = then, []

    def write(self, text: str) -> int:
        self.lines.append(text)
        self.then()
        return super().write(text)


@contextmanager
def migrating():
    """Another session that has the lock: its process, and `leave`, which ends it."""
    begun, leave, pids = threading.Event(), threading.Event(), []

    def hold() -> None:
        other = connections.create_connection("default")
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s), pg_backend_pid()", [lock.LOCK])
            pids.append(cursor.fetchone()[1])
            begun.set()
            leave.wait(30)
        other.close()

    thread = threading.Thread(target=hold)
    thread.start()
    begun.wait(30)
    try:
        yield pids[0], leave
    finally:
        leave.set()
        thread.join()


def test_second_migrate_waits_for_the_first(transactional_db):
    """Two that start at once would apply the same migration, and one of them fail."""
    role = connection.settings_dict["USER"]
    with migrating() as (pid, leave):
        first = WatchedOutput(leave.set)
        call_command("migrate", verbosity=0, stderr=first)
    assert first.lines == [
        f"Another migrate runs (process {pid} of the database, role {role}): "
        "waiting until it ends.\n"
    ]
    # The next one does not wait.
    second = WatchedOutput(leave.set)
    call_command("migrate", verbosity=0, stderr=second)
    assert not second.lines


def test_migrate_that_does_not_end_is_named(transactional_db, monkeypatch):
    monkeypatch.setattr(lock, "PATIENCE", "50ms")
    role = connection.settings_dict["USER"]
    with migrating() as (pid, _), pytest.raises(CommandError) as error:
        call_command("migrate", verbosity=0, stderr=io.StringIO())
    assert str(error.value) == (
        f"Another migrate (process {pid} of the database, role {role}) "
        "still runs after 50ms: run this again when it has ended."
    )


def test_other_error_while_it_waits_is_no_patience_that_ended(
    transactional_db, monkeypatch
):
    monkeypatch.setattr(lock, "PATIENCE", "1s'; SET statement_timeout = '50ms")
    with migrating(), pytest.raises(OperationalError, match="statement timeout"):
        call_command("migrate", verbosity=0, stderr=io.StringIO())


def test_lock_that_is_free_again_has_no_holder(transactional_db, monkeypatch):
    monkeypatch.setattr(lock, "HOLDER", "SELECT 1 WHERE %s = 0")
    with migrating() as (_, leave):
        output = WatchedOutput(leave.set)
        call_command("migrate", verbosity=0, stderr=output)
    assert "process unknown" in output.lines[0]


def test_other_role_that_has_the_lock_is_named_at_once(transactional_db, monkeypatch):
    """Another role than ours; tests/server has a real one."""
    everyone = lock.HOLDER.replace("usename <> current_user", "true")
    monkeypatch.setattr(lock, "HOLDER", everyone)
    role = connection.settings_dict["USER"]
    with migrating() as (pid, _), pytest.raises(CommandError) as error:
        call_command("migrate", verbosity=0)
    assert str(error.value) == (
        f"The role {role} (process {pid}) holds the lock of migrate, "
        "though it never migrates: see what it does (pg_stat_activity), "
        "let an administrator end it "
        f"(SELECT pg_terminate_backend({pid})), and run this again."
    )


NO_NAME = 'could not translate host name "db" to address: Name or service not known'


def test_migrate_waits_for_a_database_that_starts(
    transactional_db, failing, monkeypatch
):
    """Where both are installed at once, its name is the last thing to come."""
    monkeypatch.setattr(presence, "PAUSE", 0)
    failing += [
        NO_NAME,
        "connection to server failed: Connection refused\n\tIs it running?",
        "FATAL:  the database system is starting up",
    ]
    output = WatchedOutput(lambda: None)
    call_command("migrate", verbosity=0, stderr=output)
    assert output.lines == [
        f"The database is not there ({NO_NAME}): waiting for it for two minutes.\n"
    ]
    assert not failing


@pytest.mark.parametrize("connections", [0, 1])
def test_migrate_waits_for_each_of_its_connections(
    transactional_db, failing, monkeypatch, connections: int
):
    """Beside other work, the second one may time out, too."""
    monkeypatch.setattr(presence, "PAUSE", 0)
    connection.close()
    failing += ["" for _ in range(connections)] + ["timeout expired"]
    call_command("migrate", verbosity=0, stderr=io.StringIO())
    assert not failing


def test_migrate_does_not_wait_for_a_database_that_refuses_it(
    transactional_db, failing, monkeypatch
):
    monkeypatch.setattr(presence, "PAUSE", 0)
    failing += [NO_NAME, "FATAL:  password authentication failed", "it went on"]
    with pytest.raises(OperationalError, match="password"):
        call_command("migrate", verbosity=0, stderr=io.StringIO())
    assert failing == ["it went on"]


def test_migrate_waits_for_no_longer_than_it_said(
    transactional_db, failing, monkeypatch
):
    monkeypatch.setattr(presence, "PAUSE", 50)
    now, pauses = [0.0], []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        now[0] += seconds

    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr("time.sleep", sleep)
    failing += [NO_NAME] * 10
    with pytest.raises(OperationalError, match="host name"):
        call_command("migrate", verbosity=0, stderr=io.StringIO())
    assert sum(pauses) == 150

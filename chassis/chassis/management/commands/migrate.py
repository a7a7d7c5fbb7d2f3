"""manage.py migrate, for use while servers run."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.backends.utils import CursorWrapper
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.recorder import MigrationRecorder

from chassis.migrations_executor import PatientExecutor, is_lock_timeout

# Django has no setting for the executor.
migrate.MigrationExecutor = PatientExecutor  # type: ignore[attr-defined]

OLDER = (
    "This database is from before the service had a user model of its own and cannot be migrated: "
    "begin with an empty one, and bring over the rows that you need."
)

# Of PostgreSQL's advisory locks, the one that who migrates has: "migrate" in ASCII.
LOCK = 0x6D696772617465
# Who has it: the process, the role, and whether that is another role than ours.
HOLDER = """
SELECT pid, usename, usename <> current_user
FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND granted AND (classid::bigint << 32) + objid::bigint = %s
    AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
INTRUDER = (
    "The role {role} (process {pid}) holds the lock of migrate, though it never migrates: "
    "see what it does (pg_stat_activity), let an administrator end it "
    "(SELECT pg_terminate_backend({pid})), and run this again."
)
OTHER = "Another migrate runs (process {pid} of the database, role {role}): waiting until it ends."
STILL = (
    "Another migrate (process {pid} of the database, role {role}) still runs after {patience}: "
    "run this again when it has ended."
)


class Command(migrate.Command):
    """Django's command, once at a time, with error messages that say what to do."""

    patience = "10min"  # for another migrate

    @contextmanager
    def alone(self, alias: str) -> Iterator[None]:
        """Wait until no other one migrates that database.

        The lock is a session's, on a connection of its own: it is there during migrations that are
        not atomic, too, and ends with this process.

        Raises:
            CommandError: another role has the lock, or another migrate does not end in time.
        """
        with closing(connections.create_connection(alias)) as own, own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                self.wait(cursor)
            yield

    def wait(self, cursor: CursorWrapper) -> None:
        """Get the lock that another session has; `alone` says how it ends otherwise."""
        cursor.execute(HOLDER, [LOCK])
        pid, role, intrudes = cursor.fetchone() or ("unknown", "unknown", False)
        if intrudes:
            raise CommandError(INTRUDER.format(pid=pid, role=role))
        self.stderr.write(OTHER.format(pid=pid, role=role))
        cursor.execute(f"SET lock_timeout = '{self.patience}'")
        try:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        except OperationalError as error:
            if not is_lock_timeout(error):
                raise
            still = STILL.format(pid=pid, role=role, patience=self.patience)
            raise CommandError(still) from None

    def handle(self, *arguments: Any, **options: Any) -> None:
        try:
            with self.alone(options["database"]):
                super().handle(*arguments, **options)
        except InconsistentMigrationHistory as error:
            users = get_user_model()._meta.app_label
            recorded = MigrationRecorder(connections[options["database"]]).applied_migrations()
            older = f"dependency {users}." in str(error) and all(
                app != users for app, _ in recorded
            )
            raise CommandError(OLDER if older else str(error)) from None
        except OperationalError as error:
            if not is_lock_timeout(error):
                raise
            raise CommandError(
                "A migration did not get its locks in two minutes: "
                "see who holds them (pg_stat_activity), and run this again."
            ) from None

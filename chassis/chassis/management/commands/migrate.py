"""manage.py migrate, for use while servers run."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.recorder import MigrationRecorder

from chassis.migration.executor import PatientExecutor, is_lock_timeout
from chassis.migration.lock import alone
from chassis.migration.presence import connect

# Django has no setting for the executor.
migrate.MigrationExecutor = PatientExecutor  # type: ignore[attr-defined]

OLDER = (
    "This database is from before the service had a user model of its own and cannot "
    "be migrated: begin with an empty one, and bring over the rows that you need."
)


class Command(migrate.Command):
    """Django's command, once at a time, with error messages that say what to do."""

    def handle(self, *arguments: Any, **options: Any) -> None:
        alias = options["database"]
        try:
            with alone(alias, self.stderr.write):
                connect(connections[alias], self.stderr.write)
                super().handle(*arguments, **options)
        except InconsistentMigrationHistory as error:
            users = get_user_model()._meta.app_label
            recorder = MigrationRecorder(connections[alias])
            older = f"dependency {users}." in str(error) and all(
                app != users for app, _ in recorder.applied_migrations()
            )
            raise CommandError(OLDER if older else str(error)) from None
        except OperationalError as error:
            if not is_lock_timeout(error):
                raise
            raise CommandError(
                "A migration did not get its locks in two minutes: "
                "see who holds them (pg_stat_activity), and run this again."
            ) from None

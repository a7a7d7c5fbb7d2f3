"""Migrations that wait for locks in short turns, so that requests pass between them."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from chassis.postgresql import sqlstate

logger = logging.getLogger(__name__)

LOCK_NOT_AVAILABLE = "55P03"


def is_lock_timeout(error: OperationalError) -> bool:
    return sqlstate(error) == LOCK_NOT_AVAILABLE


class PatientExecutor(MigrationExecutor):
    """Django's, whose migrations wait a second for a lock at most, and then try again.

    Whoever comes after one for the same table waits behind it: that second at most.
    A migration that is not atomic runs without a limit, and once: a CREATE INDEX
    CONCURRENTLY that is broken off leaves an invalid index.
    """

    lock_timeout = "1s"
    tries = 60
    pause = 1.0  # seconds

    def apply_migration(
        self, state: ProjectState, migration: Migration, *options: Any, **more: Any
    ) -> ProjectState:
        apply = super().apply_migration
        # A clone: a migration changes the state, and each try needs the former one.
        return self.patiently(
            migration, lambda: apply(state.clone(), migration, *options, **more)
        )

    def unapply_migration(
        self, state: ProjectState, migration: Migration, *options: Any, **more: Any
    ) -> ProjectState:
        unapply = super().unapply_migration
        return self.patiently(
            migration, lambda: unapply(state.clone(), migration, *options, **more)
        )

    def patiently(
        self, migration: Migration, run: Callable[[], ProjectState]
    ) -> ProjectState:
        """Run it until it has its locks.

        Raises:
            OperationalError: it had not after the last try, or failed otherwise.
        """
        if not migration.atomic:
            return run()
        for number in range(1, self.tries):
            try:
                return self.in_transaction(run)
            except OperationalError as error:
                if not is_lock_timeout(error):
                    raise
                logger.warning(
                    "%s waits for a lock that others hold; try %d of %d.",
                    migration,
                    number,
                    self.tries,
                )
                time.sleep(self.pause)
        return self.in_transaction(run)

    def in_transaction(self, run: Callable[[], ProjectState]) -> ProjectState:
        with (
            transaction.atomic(self.connection.alias),
            self.connection.cursor() as cursor,
        ):
            # LOCAL, so that the limit ends with the transaction, also through a pooler.
            cursor.execute(f"SET LOCAL lock_timeout = '{self.lock_timeout}'")
            return run()

"""What this server needs to do its work. Each check answers soon and raises nothing."""

import functools

from django.db import Error, connection, transaction
from django.db.migrations.executor import MigrationExecutor


def database_answers() -> bool:
    """Whether the database answers a query, in a second once it is connected."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '1s'")
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


class MigrationsBehindError(Exception):
    """The database lacks migrations that this code has."""


@functools.cache
def _require_migrations() -> None:
    """Raises until all migrations are applied; from then on asks the database no more."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise MigrationsBehindError


def migrations_are_applied() -> bool:
    """Whether the database has every migration of this code."""
    try:
        _require_migrations()
    except (Error, MigrationsBehindError):
        return False
    return True

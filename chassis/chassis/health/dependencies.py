"""What this server needs to do its work. The checks raise nothing and answer soon.

But a database that is stopped in the middle of everything, and whose machine still
acknowledges what it is sent, keeps a worker that is connected until uWSGI's harakiri.
"""

import functools
import logging
import time

from django.db import (
    DEFAULT_DB_ALIAS,
    Error,
    OperationalError,
    ProgrammingError,
    connection,
    connections,
)

from chassis.health import unapplied
from chassis.health.once import Once
from chassis.postgresql import message
from chassis.postgresql.outage import is_refusal, outage

logger = logging.getLogger(__name__)


class Silence:
    """For how long a database that did not answer is not asked again.

    A question to one that is silent waits for a connection's time limit. Probes ask so
    often that they would fill the workers, and this server would seem to be away, too.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.until = 0.0  # of the monotonic clock

    def begin(self) -> None:
        self.until = time.monotonic() + self.seconds

    def end(self) -> None:
        self.until = 0.0

    def lasts(self) -> bool:
        return time.monotonic() < self.until


silence = Silence(seconds=2)


def database_answers() -> bool:
    """Whether the database answers a query within a second, or requests wait for it."""
    if silence.lasts():
        return False
    if is_answered() or (drop_broken() and is_answered()) or outage.is_short():
        return True
    silence.begin()
    return False


def is_answered() -> bool:
    """Whether the database answers on this worker's connection."""
    try:
        with connection.cursor() as cursor:
            # One message is one transaction, also through a pooler.
            cursor.execute("SET LOCAL statement_timeout = '1s'; SELECT 1")
    except Error as error:
        if is_refusal(error):
            log_refusal(message(error))
        return False
    return True


@functools.cache
def log_refusal(reason: str) -> None:
    """Once, and not at each probe."""
    logger.error("The database does not let this server in: %s", reason)


def drop_broken() -> bool:
    """Close the connection if it broke, such as by a server that vanished.

    Returns whether it had; the next query makes a new one.
    """
    if connection.connection is None or not connection.connection.closed:
        return False
    connection.close()
    return True


class MigrationsBehindError(Exception):
    """The database lacks migrations that this code has."""


@functools.cache
def log_reason(reason: str) -> None:
    """Once, and not at each probe."""
    logger.error(
        "The database does not tell its migrations, and nothing is served: %s", reason
    )


@functools.cache
def log_missing(migrations: str) -> None:
    """Once, and not at each probe."""
    logger.error(
        "The database lacks migrations, and nothing is served: run migrate. "
        "It lacks: %s",
        migrations,
    )


# Known to all workers: one that has just begun need not ask a database that restarts.
migrated = Once()


def _require_migrations() -> None:
    """Ask the database until all migrations are applied, and then never again.

    Raises:
        MigrationsBehindError: the database lacks some.
        django.db.Error: it did not answer.
    """
    if migrated.has_happened():
        return
    if silence.lasts():
        raise OperationalError("the database did not answer a moment ago")
    if missing := unapplied.missing(connection):
        log_missing(", ".join(missing))
        raise MigrationsBehindError
    migrated.note()


def migrations_are_applied() -> bool:
    """Whether the database has every migration of this code."""
    try:
        _require_migrations()
    except ProgrammingError as error:  # such as a role without rights
        log_reason(message(error))
        return False
    except (Error, MigrationsBehindError):
        return False
    return True


def lacks_migrations() -> bool:
    """Whether the database lacks migrations now, also where all were there once."""
    return _lacks_migrations(int(time.monotonic()))


@functools.lru_cache(maxsize=1)
def _lacks_migrations(_second: int) -> bool:
    """Asked once a second at most, on a connection of its own.

    The request's may be in a transaction that failed.
    """
    own = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        lacks = bool(unapplied.missing(own))
    except Error:  # then nobody knows
        return False
    finally:
        own.close()
    if lacks:
        migrated.forget()
    return lacks

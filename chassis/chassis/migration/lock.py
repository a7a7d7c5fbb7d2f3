"""One `migrate` at a time: two at once would both apply the same migration."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from django.core.management.base import CommandError
from django.db import OperationalError, connections
from django.db.backends.utils import CursorWrapper

from chassis.migration.executor import is_lock_timeout
from chassis.migration.presence import connect

# Of PostgreSQL's advisory locks, the one that who migrates has: "migrate" in ASCII.
LOCK = 0x6D696772617465
PATIENCE = "10min"  # for another migrate
# Who has it: the process, the role, and whether that is another role than ours.
HOLDER = """
SELECT pid, usename, usename <> current_user
FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND granted AND (classid::bigint << 32) + objid::bigint = %s
    AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
INTRUDER = (
    "The role {role} (process {pid}) holds the lock of migrate, though it never "
    "migrates: see what it does (pg_stat_activity), let an administrator end it "
    "(SELECT pg_terminate_backend({pid})), and run this again."
)
PROCESS = "process {pid} of the database, role {role}"
OTHER = f"Another migrate runs ({PROCESS}): waiting until it ends."
AGAIN = "run this again when it has ended."
STILL = f"Another migrate ({PROCESS}) still runs after {{patience}}: {AGAIN}"


@contextmanager
def alone(alias: str, report_wait: Callable[[str], object]) -> Iterator[None]:
    """Wait until no other one migrates that database.

    If it has to wait, it first calls `report_wait` with a sentence.

    The lock is a session's, on a connection of its own: it is there during migrations
    that are not atomic, too, and ends with this process.

    Raises:
        CommandError: another role has the lock, or another migrate does not end.
        OperationalError: `connect` says why.
    """
    with closing(connections.create_connection(alias)) as own:
        connect(own, report_wait)
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                wait(cursor, report_wait)
            yield


def wait(cursor: CursorWrapper, report_wait: Callable[[str], object]) -> None:
    """Get the lock that another session has; `alone` says how it ends otherwise."""
    cursor.execute(HOLDER, [LOCK])
    pid, role, intrudes = cursor.fetchone() or ("unknown", "unknown", False)
    if intrudes:
        raise CommandError(INTRUDER.format(pid=pid, role=role))
    report_wait(OTHER.format(pid=pid, role=role))
    cursor.execute(f"SET lock_timeout = '{PATIENCE}'")
    try:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    except OperationalError as error:
        if not is_lock_timeout(error):
            raise
        still = STILL.format(pid=pid, role=role, patience=PATIENCE)
        raise CommandError(still) from None

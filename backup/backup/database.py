"""What the database says of its log, and of the replication slot that keeps it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import psycopg2

from backup.former import Former, former
from backup.settings import ROLE, SLOT, Settings

QUERY = """
SELECT
    clock_timestamp(),
    pg_postmaster_start_time(),
    pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'),
    pg_wal_lsn_diff(replication.sent_lsn, '0/0'),
    pg_wal_lsn_diff(replication.write_lsn, '0/0'),
    CASE WHEN slots.slot_name IS NOT NULL THEN coalesce(slots.wal_status, 'new') END,
    coalesce(slots.active, false),
    pg_wal_lsn_diff(pg_current_wal_lsn(), slots.restart_lsn),
    settings.setting::bigint * 1048576,
    (SELECT system_identifier FROM pg_control_system()),
    (SELECT timeline_id FROM pg_control_checkpoint()),
    (SELECT shobj_description(oid, 'pg_authid') FROM pg_roles
        WHERE rolname = current_user)
FROM pg_settings AS settings
LEFT JOIN pg_replication_slots AS slots ON slots.slot_name = %s
LEFT JOIN pg_stat_replication AS replication ON replication.pid = slots.active_pid
WHERE settings.name = 'max_slot_wal_keep_size'
"""


@dataclass(frozen=True)
class Facts:
    """At one moment; places in the log are in bytes from its beginning."""

    time: datetime
    since: datetime  # when the server was started
    written: int  # where the log ends, after a whole record
    sent: int | None  # what was sent to the receiver; None without one
    received: int | None  # what the receiver has acknowledged; None without one
    slot: str | None  # its wal_status, or `new`; None where there is no slot
    active: bool
    kept: int | None  # bytes of the log that the slot keeps
    limit: int  # bytes that it may keep; negative for any
    system: str  # which cluster it is
    timeline: int
    former: Former | None  # which cluster it was before an upgrade

    @property
    def is_slot_well(self) -> bool:
        return self.slot in ("new", "reserved", "extended")

    @property
    def is_slot_gone(self) -> bool:
        """Whether it no longer has what follows.

        An `unreserved` one has it until the next checkpoint.
        """
        return self.slot in (None, "lost")


def whole(number: Decimal | None) -> int | None:
    return None if number is None else int(number)


class Database:
    """A connection that is opened anew where it was lost."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.connection: psycopg2.extensions.connection | None = None

    def ask(self) -> Facts:
        """What it says now.

        Raises:
            psycopg2.Error: it does not answer.
        """
        try:
            if self.connection is None:
                self.connection = psycopg2.connect(
                    host=self.settings.host,
                    port=self.settings.port,
                    user=ROLE,
                    dbname="postgres",
                    application_name="backup_watch",
                    options="-c statement_timeout=10s",
                    keepalives_idle=10,
                    tcp_user_timeout=20_000,
                )
                self.connection.autocommit = True
            with self.connection.cursor() as cursor:
                cursor.execute(QUERY, [SLOT])
                row = cursor.fetchone()
        except psycopg2.Error:
            self.close()
            raise
        (
            time,
            since,
            written,
            sent,
            received,
            slot,
            active,
            kept,
            limit,
            system,
            timeline,
            comment,
        ) = row
        return Facts(
            time=time,
            since=since,
            written=int(written),
            sent=whole(sent),
            received=whole(received),
            slot=slot,
            active=active,
            kept=whole(kept),
            limit=int(limit),
            system=str(system),
            timeline=timeline,
            former=former(comment, str(system)),
        )

    def close(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None

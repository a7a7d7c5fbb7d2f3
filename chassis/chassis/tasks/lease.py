"""Who of the workers lives, as PostgreSQL knows at once and without a clock."""

import logging
import secrets
import threading
import time

from django.db import DEFAULT_DB_ALIAS, Error, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

logger = logging.getLogger(__name__)

KIND = int.from_bytes(b"task")  # the first number of the locks; a worker's the second
BEAT = 5.0  # seconds after which a connection that broke is noticed
PAUSE = 1.0  # seconds between attempts to connect

# The transaction may stay open and idle, and PostgreSQL notices within seconds that the
# machine was lost. It has no snapshot and no id, so that vacuum does not wait for it.
SETTINGS = """
SELECT set_config(name, value, true) FROM pg_settings JOIN (VALUES
    ('idle_in_transaction_session_timeout', '0'), ('transaction_timeout', '0'),
    ('tcp_keepalives_idle', '5'), ('tcp_keepalives_interval', '2'),
    ('tcp_keepalives_count', '3')
) AS wanted (name, value) USING (name)
"""


class Lease:
    """A lock of PostgreSQL's that a worker holds as long as its process lives.

    Of a transaction, and on a connection of its own: that works through a pooler, too.
    """

    def __init__(self) -> None:
        self.number = secrets.randbelow(2**31)
        self.is_held = threading.Event()
        self.is_dropped = threading.Event()
        self.guard = threading.Lock()  # of the three

    def begin(self) -> None:
        threading.Thread(target=self.keep, daemon=True).start()

    def keep(self) -> None:  # pragma: no cover - has no end
        while True:
            self.hold()
            time.sleep(PAUSE)

    def hold(self) -> None:
        """Hold it until the connection breaks, or until it is dropped."""
        with self.guard:
            self.is_dropped.clear()
            number = self.number
        own = connections.create_connection(DEFAULT_DB_ALIAS)
        try:
            own.set_autocommit(False)
            ask(own, SETTINGS)
            ask(own, "SELECT pg_advisory_xact_lock(%s, %s)", KIND, number)
            with self.guard:
                if not self.is_dropped.is_set():
                    self.is_held.set()
            while not self.is_dropped.wait(BEAT):
                ask(own, "SELECT 1")
        except Error as error:
            logger.warning("The connection of a worker of tasks broke: %s", error)
        finally:
            self.is_held.clear()
            own.close()

    def drop(self) -> None:
        """Be another worker from now on: what this one ran is run again."""
        with self.guard:
            self.number = secrets.randbelow(2**31)
            self.is_held.clear()
            self.is_dropped.set()


def ask(own: BaseDatabaseWrapper, sql: str, *values: int) -> None:
    with own.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.fetchall()


def is_free(number: int) -> bool:
    """Whether no worker that lives has this number.

    Raises:
        django.db.Error: the database does not say.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [KIND, number])
        return bool(cursor.fetchone()[0])

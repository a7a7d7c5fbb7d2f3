"""A database that is not there yet, such as one that is installed with `migrate`."""

import time
from collections.abc import Callable

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from chassis.postgresql import message
from chassis.postgresql.outage import is_absent

PATIENCE = 120  # seconds
PAUSE = 1.0
WAITS = "The database is not there ({}): waiting for it for two minutes."


def connect(
    connection: BaseDatabaseWrapper, report_wait: Callable[[str], object]
) -> None:
    """Connect, and wait until that database answers.

    If it has to wait, it first calls `report_wait` with a sentence.

    Raises:
        OperationalError: the database does not let this in, or is still not there.
    """
    end = None
    while True:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            connection.close()  # it may be half made
            if not is_absent(error) or (end and time.monotonic() > end):
                raise
            if not end:
                end = time.monotonic() + PATIENCE
                report_wait(WAITS.format(message(error)))
            time.sleep(PAUSE)
        else:
            return

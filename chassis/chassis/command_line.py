"""Django's command line, for manage.py."""

import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError, connection

from chassis.metrics import name_files
from chassis.postgresql import message
from chassis.postgresql.outage import is_absent


def main() -> None:
    """Run the command that the process's arguments name.

    Raises:
        SystemExit: the database is not there, or does not let this in; the message
            says why.
    """
    name_files()
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        # Where there is a connection, a statement failed: its traceback explains that.
        if connection.connection is not None:
            raise
        sys.exit(f"manage.py: {explained(error)}")


def explained(error: OperationalError) -> str:
    """Why there is no connection, in a sentence."""
    if is_absent(error):
        return (
            f"the database is not there: {message(error)}: "
            "see whether it runs, and POSTGRES_HOST and POSTGRES_PORT."
        )
    return f"the database does not let this in: {message(error)}"

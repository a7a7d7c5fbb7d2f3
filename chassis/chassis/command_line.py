"""Django's command line, for manage.py."""

import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError, connection

from chassis.metrics import name_files
from chassis.postgresql import message


def main() -> None:
    """Run the command that the process's arguments name.

    Raises:
        SystemExit: the database does not let this in; the message says why.
    """
    name_files()
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        # Where there is a connection, a statement failed: its traceback explains that.
        if connection.connection is not None:
            raise
        sys.exit(f"manage.py: the database does not let this in: {message(error)}")

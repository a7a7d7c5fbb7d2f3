#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError, connection

from templatesite.postgresql import message


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "templatesite.settings")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if connection.connection is not None:  # a statement failed, which its traceback explains
            raise
        sys.exit(f"manage.py: the database does not let this in: {message(error)}")


if __name__ == "__main__":
    main()

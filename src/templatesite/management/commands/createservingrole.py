"""manage.py createservingrole: the role that serves, on a PostgreSQL that others run."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connection, transaction
from psycopg2.extensions import encrypt_password

TEMPLATE = Path(__file__).parents[2] / "serving_role.sql"


def sql(owner: str, serving: str, database: str) -> str:
    """The statements that make the role."""
    text = TEMPLATE.read_text()
    for placeholder, name in (("OWNER", owner), ("SERVE", serving), ("DATABASE", database)):
        text = text.replace(f'"{placeholder}"', connection.ops.quote_name(name))
    return text


class Command(BaseCommand):
    help = (
        "Make the role that serves: POSTGRES_USER with _serve, which reads and writes rows and gives up in time. "
        "Its password comes on standard input."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--print", action="store_true", help="print the SQL for an administrator, and do nothing")

    def handle(self, *arguments: Any, **options: Any) -> None:
        owner, database = connection.settings_dict["USER"], connection.settings_dict["NAME"]
        serving = f"{owner}_serve"
        statements = sql(owner, serving, database)
        if options["print"]:
            self.stdout.write(statements)
            return
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise CommandError("Give the role's password on standard input.")
        self.make(serving, statements, password)
        self.stdout.write(f"Made {serving}; serve with POSTGRES_SERVE_PASSWORD.")

    def make(self, serving: str, statements: str, password: str) -> None:
        """Make the role, or nothing.

        Raises:
            CommandError: the role is there, or this role may not make it.
        """
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statements)
                hashed = encrypt_password(password, serving, cursor.connection, "scram-sha-256")
                cursor.execute(f"ALTER ROLE {connection.ops.quote_name(serving)} PASSWORD %s", [hashed])
        except ProgrammingError as error:
            reason = " ".join(str(error).split())
            raise CommandError(
                f"{serving} was not made: {reason} Where only an administrator may, let one run what --print prints."
            ) from None

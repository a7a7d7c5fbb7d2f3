"""manage.py createservingrole: the role that serves, where others run PostgreSQL."""

import re
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connection, transaction

from chassis.postgresql import message, sqlstate

DUPLICATE_OBJECT = "42710"
FOLDER = Path(__file__).parents[2] / "roles/serving"
FILES = ("role.sql", "settings.sql", "rights.sql", "later_rights.sql")


def sql(owner: str, serving: str, database: str) -> str:
    """The statements that make the role: the files' with psql's variables filled in."""
    names = {"owner": owner, "serve": serving, "database": database}
    text = "\n".join((FOLDER / file).read_text() for file in FILES)
    statements = re.sub("^--.*\n", "", text, flags=re.MULTILINE)
    quote = connection.ops.quote_name
    return re.sub(r':"(\w+)"', lambda name: quote(names[name[1]]), statements)


def hash_password(password: str, role: str) -> str:
    """The password as PostgreSQL keeps it; libpq hashes it for every driver."""
    if settings.PROJECT.driver == "psycopg":
        libpq: Any = connection.connection.pgconn
        hashed: bytes = libpq.encrypt_password(
            password.encode(), role.encode(), b"scram-sha-256"
        )
        return hashed.decode()
    # Not at the top: where the driver is psycopg, this one may be missing.
    from psycopg2.extensions import encrypt_password

    return str(encrypt_password(password, role, connection.connection, "scram-sha-256"))


class Command(BaseCommand):
    help = (
        "Make the role that serves: POSTGRES_USER with _serve, which reads and writes "
        "rows and gives up in time. Its password comes on standard input."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--print",
            action="store_true",
            help="print the SQL for an administrator, and do nothing",
        )

    def handle(self, *arguments: Any, **options: Any) -> None:
        if settings.POSTGRES_SERVE_PASSWORD:
            raise CommandError(
                "This needs the owner's POSTGRES_PASSWORD, "
                "and no POSTGRES_SERVE_PASSWORD."
            )
        owner, database = (
            connection.settings_dict["USER"],
            connection.settings_dict["NAME"],
        )
        serving = f"{owner}_serve"
        statements = sql(owner, serving, database)
        if options["print"]:
            password = f"ALTER ROLE {connection.ops.quote_name(serving)} PASSWORD '…';"
            self.stdout.write(
                f"{statements}\n-- The password that the server is given:\n{password}"
            )
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
                hashed = hash_password(password, serving)
                # Doubled, as the driver takes a single % for a parameter.
                role = connection.ops.quote_name(serving).replace("%", "%%")
                cursor.execute(f"ALTER ROLE {role} PASSWORD %s", [hashed])
        except ProgrammingError as error:
            if sqlstate(error) == DUPLICATE_OBJECT:
                raise CommandError(
                    f"{serving} is there; ALTER ROLE changes its password."
                ) from None
            raise CommandError(
                f"{serving} was not made: {message(error)}. "
                "Where only an administrator may, let one run what --print prints."
            ) from None

import base64
import hashlib
import hmac
import io
import re
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken
from prometheus_client import REGISTRY, Counter

from chassis.management.commands import createservingrole, listmetrics

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _user():
    get_user_model().objects.create(username="writer")
    get_user_model().objects.create(username="gone", is_active=False)


def expiry_of(token: str):
    return AuthToken.objects.get(token_key=token[:15]).expiry


def test_token_is_printed_alone_and_holds_as_long_as_was_said(client: Client, capsys):
    call_command("createtoken", "writer", days=90)
    captured = capsys.readouterr()
    token = captured.out.strip()
    assert (
        client.get("/note/", headers={"Authorization": f"Token {token}"}).status_code
        == HTTPStatus.OK
    )
    assert abs(expiry_of(token) - timezone.now() - timedelta(days=90)) < timedelta(
        minutes=5
    )
    assert captured.err == f"It holds until {expiry_of(token):%Y-%m-%d %H:%M} UTC.\n"


@pytest.mark.parametrize("days", [1, 99_999])
def test_token_holds_from_one_day_to_the_longest_time(capsys, days: int):
    call_command("createtoken", "writer", "--days", str(days))
    left = expiry_of(capsys.readouterr().out.strip()) - timezone.now()
    assert timedelta(0) < timedelta(days=days) - left < timedelta(minutes=5)


def test_token_can_hold_forever(capsys):
    call_command("createtoken", "writer", "--forever")
    captured = capsys.readouterr()
    assert expiry_of(captured.out.strip()) is None
    assert captured.err == "It never expires.\n"


def test_metrics_are_listed_by_name(capsys, monkeypatch):
    """With those that a server's middleware makes when it starts."""
    call_command("listmetrics")
    names = capsys.readouterr().out.splitlines()
    assert names == sorted(names)
    assert "django_http_requests_before_middlewares" in names
    made: list[Counter] = []

    def make() -> None:
        made.append(Counter("of_middleware", "made when it starts"))

    monkeypatch.setattr(listmetrics, "get_wsgi_application", make)
    call_command("listmetrics")
    REGISTRY.unregister(made[0])
    assert capsys.readouterr().out.splitlines() == sorted([*names, "of_middleware"])


HELP = {
    "createtoken": [
        "createtoken [-h] (--days N | --forever)",
        "username",
        "--days N how long it holds",
        "--forever it holds until it is deleted",
    ],
    "createservingrole": ["--print print the SQL for an administrator, and do nothing"],
}


@pytest.mark.parametrize(("command", "lines"), HELP.items())
def test_help_says_what_a_command_takes(
    capsys, monkeypatch, command: str, lines: list[str]
):
    monkeypatch.setenv("COLUMNS", "1000")
    with pytest.raises(SystemExit):
        call_command(command, "--help")
    printed = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert [
        line for line in lines if not any(f" {line} " in f" {one} " for one in printed)
    ] == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["nobody", "--days", "1"],
            "^There is no user nobody; "
            "manage.py createsuperuser or the admin makes one.$",
        ),
        (
            ["gone", "--days", "1"],
            "^gone is not active: a token would not be accepted.$",
        ),
        (["writer", "--days", "0"], "^--days must be a whole number from 1 to 99999.$"),
        (
            ["writer", "--days", "100000"],
            "^--days must be a whole number from 1 to 99999.$",
        ),
        (
            ["writer", "--days", "1", "--forever"],
            "--forever: not allowed with argument --days",
        ),
        (["writer"], "one of the arguments --days --forever is required"),
    ],
)
def test_what_makes_no_token_is_said(arguments: list[str], sentence: str):
    with pytest.raises(CommandError, match=sentence):
        call_command("createtoken", *arguments)
    assert not AuthToken.objects.exists()


def test_role_that_serves_is_printed_for_an_administrator(capsys):
    call_command("createservingrole", "--print")
    statements = capsys.readouterr().out
    owner = connection.settings_dict["USER"]
    database = connection.settings_dict["NAME"]
    lines = statements.splitlines()
    assert f'CREATE ROLE "{owner}_serve" LOGIN;' in lines
    assert f'GRANT CONNECT ON DATABASE "{database}" TO "{owner}_serve";' in lines
    assert f'ALTER DEFAULT PRIVILEGES FOR ROLE "{owner}" IN SCHEMA public' in lines
    assert lines[-2:] == [
        "-- The password that the server is given:",
        f"ALTER ROLE \"{owner}_serve\" PASSWORD '…';",
    ]
    assert not re.search(":[\"']", statements)


def test_role_that_may_make_none_says_so(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("secret\n"))
    with pytest.raises(
        CommandError, match=r"_serve was not made: permission denied "
    ) as error:
        call_command("createservingrole")
    assert str(error.value).endswith(
        ". Where only an administrator may, let one run what --print prints."
    )


@pytest.mark.parametrize("options", [{}, {"print": True}])
def test_role_that_serves_makes_none(settings, options):
    settings.POSTGRES_SERVE_PASSWORD = "s"
    with pytest.raises(
        CommandError,
        match=(
            r"^This needs the owner's POSTGRES_PASSWORD, "
            r"and no POSTGRES_SERVE_PASSWORD\.$"
        ),
    ):
        call_command("createservingrole", **options)


def test_role_that_is_there_is_left_alone(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("secret\n"))
    monkeypatch.setattr(
        createservingrole,
        "sql",
        lambda *_: (
            "DO $$ BEGIN RAISE EXCEPTION 'there' USING ERRCODE = '42710'; END $$"
        ),
    )
    with pytest.raises(
        CommandError, match=r"_serve is there; ALTER ROLE changes its password\.$"
    ):
        call_command("createservingrole")


def test_role_without_a_password_is_not_made(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    with pytest.raises(
        CommandError, match=r"^Give the role's password on standard input\.$"
    ):
        call_command("createservingrole")


def is_scram(hashed: str, password: bytes) -> bool:
    """Whether PostgreSQL would take the password (RFC 5803)."""
    kind, rounds_and_salt, keys = hashed.split("$")
    rounds, salt = rounds_and_salt.split(":")
    salted = hashlib.pbkdf2_hmac(
        "sha256", password, base64.b64decode(salt), int(rounds)
    )
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    return kind == "SCRAM-SHA-256" and base64.b64decode(keys.split(":")[0]) == stored


def test_role_is_made_with_a_hashed_password(monkeypatch, capsys):
    """Without the statements that only a role with CREATEROLE may run.

    tests/server has such a role.
    """
    monkeypatch.setattr("sys.stdin", io.StringIO(" SecretX \r\n"))
    monkeypatch.setattr(createservingrole, "sql", lambda *_: "SELECT 1")
    monkeypatch.setitem(connection.settings_dict, "USER", "ten%")
    executed = []

    def record(execute, sql, params, many, context):
        executed.append((sql, params))
        return (
            None
            if sql.startswith("ALTER ROLE")
            else execute(sql, params, many, context)
        )

    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL password_encryption = 'md5'"
        )  # as an old server may have it
    with connection.execute_wrapper(record):
        call_command("createservingrole")
    sql, (hashed,) = (
        executed[-2] if executed[-1][0].startswith("RELEASE") else executed[-1]
    )
    assert sql == 'ALTER ROLE "ten%%_serve" PASSWORD %s'
    assert is_scram(hashed, b" SecretX ")
    assert (
        capsys.readouterr().out
        == "Made ten%_serve; serve with POSTGRES_SERVE_PASSWORD.\n"
    )

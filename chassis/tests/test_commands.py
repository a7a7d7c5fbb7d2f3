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

from chassis.management.commands import createservingrole

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
    assert client.get("/note/", headers={"Authorization": f"Token {token}"}).status_code == HTTPStatus.OK
    assert abs(expiry_of(token) - timezone.now() - timedelta(days=90)) < timedelta(minutes=5)
    assert f"{expiry_of(token):%Y-%m-%d}" in captured.err


def test_token_can_hold_forever(capsys):
    call_command("createtoken", "writer", forever=True)
    assert expiry_of(capsys.readouterr().out.strip()) is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nobody", "--days", "1"], "There is no user nobody"),
        (["gone", "--days", "1"], "gone is not active"),
        (["writer", "--days", "0"], "--days must be"),
        (["writer", "--days", "1000000"], "--days must be"),
        (["writer"], "one of the arguments --days --forever is required"),
    ],
)
def test_what_makes_no_token_is_said(arguments: list[str], sentence: str):
    with pytest.raises(CommandError, match=sentence):
        call_command("createtoken", *arguments)
    assert not AuthToken.objects.exists()


def test_role_that_serves_is_printed_for_an_administrator(capsys):
    call_command("createservingrole", print=True)
    statements = capsys.readouterr().out
    owner = connection.settings_dict["USER"]
    assert f'CREATE ROLE "{owner}_serve" LOGIN;' in statements
    assert f'ALTER DEFAULT PRIVILEGES FOR ROLE "{owner}"' in statements
    assert f'ALTER ROLE "{owner}_serve" PASSWORD' in statements
    assert not re.search(r"OWNER|SERVE|DATABASE stand", statements)


def test_role_that_may_make_none_says_so(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("secret\n"))
    with pytest.raises(CommandError, match=r"_serve was not made: permission denied .*--print"):
        call_command("createservingrole")


@pytest.mark.parametrize("options", [{}, {"print": True}])
def test_role_that_serves_makes_none(settings, options):
    settings.POSTGRES_SERVE_PASSWORD = "s"
    with pytest.raises(CommandError, match="needs the owner's POSTGRES_PASSWORD"):
        call_command("createservingrole", **options)


def test_role_that_is_there_is_left_alone(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("secret\n"))
    monkeypatch.setattr(
        createservingrole, "sql", lambda *_: "DO $$ BEGIN RAISE EXCEPTION 'there' USING ERRCODE = '42710'; END $$"
    )
    with pytest.raises(CommandError, match="_serve is there; ALTER ROLE changes its password"):
        call_command("createservingrole")


def test_role_without_a_password_is_not_made(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    with pytest.raises(CommandError, match="password on standard input"):
        call_command("createservingrole")


def test_role_is_made_with_a_hashed_password(monkeypatch, capsys):
    """By what a role may that makes roles, which this one is not: tests/server has one."""
    monkeypatch.setattr("sys.stdin", io.StringIO("secret\n"))
    monkeypatch.setattr(createservingrole, "sql", lambda *_: "SELECT 1")
    executed = []

    def record(execute, sql, params, many, context):
        executed.append((sql, params))
        return None if sql.startswith("ALTER ROLE") else execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        call_command("createservingrole")
    sql, (hashed,) = executed[-2] if executed[-1][0].startswith("RELEASE") else executed[-1]
    assert sql.startswith("ALTER ROLE")
    assert hashed.startswith("SCRAM-SHA-256$")
    assert "Made" in capsys.readouterr().out

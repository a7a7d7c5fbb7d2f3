"""What the environment says, and the sentences about what is wrong with it."""

import configparser
import os

import pytest

from backup.settings import (
    DEFAULTS,
    Settings,
    fail,
    in_words,
    in_words_after,
    read_password,
)
from tests.making import NOON, minutes


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch):
    for name in os.environ:
        if name.startswith(("BACKUP_", "PG", "POSTGRES_")):
            monkeypatch.delenv(name)
    # read_password() writes these: they are put back.
    for name in ("PGPASSWORD", "PGSSLMODE", "PGSSLROOTCERT", "PGCONNECT_TIMEOUT"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def sentence(caught):
    return str(caught.value)


def test_defaults():
    """Else `docker compose up` would need variables that nobody names."""
    settings = Settings.read()
    assert (settings.host, settings.port) == ("db", 5432)
    assert (settings.days, settings.hours) == (7, 24)
    assert settings.listen == "0.0.0.0:9185"
    assert str(settings.directory) == "/var/lib/backup/backup"
    assert str(settings.data) == "/var/lib/postgresql/data"


def test_environment_wins(monkeypatch, tmp_path):
    """Else a variable would have no effect."""
    values = {
        "BACKUP_DAYS": "30",
        "BACKUP_DIR": str(tmp_path / "a/../b"),
        "BACKUP_HOURS": "6",
        "BACKUP_LISTEN": "[::1]:9000",
        "PGDATA": str(tmp_path / "data"),
        "POSTGRES_HOST": "db.example",
        "POSTGRES_PORT": "6543",
    }
    assert values.keys() == DEFAULTS.keys()
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    assert Settings.read() == Settings(
        home=tmp_path / "b",
        data=tmp_path / "data",
        host="db.example",
        port=6543,
        days=30,
        hours=6,
        listen="[::1]:9000",
    )


def test_empty_variable_is_its_default(monkeypatch):
    """Else compose's `${BACKUP_DAYS:-}` would end the service."""
    monkeypatch.setenv("BACKUP_DAYS", "")
    assert Settings.read().days == 7


@pytest.mark.parametrize(
    ("name", "value", "meaning"),
    [
        ("BACKUP_DAYS", "0", "a whole number of days above 0"),
        ("BACKUP_DAYS", "a week", "a whole number of days above 0"),
        ("BACKUP_DAYS", "7 ", "a whole number of days above 0"),
        ("BACKUP_DAYS", "10000", "a whole number of days above 0"),
        ("BACKUP_HOURS", "-1", "a whole number of hours above 0"),
        ("BACKUP_HOURS", "1.5", "a whole number of hours above 0"),
        ("BACKUP_LISTEN", "9185", "ADDRESS:PORT"),
        ("BACKUP_LISTEN", "0.0.0.0:http", "ADDRESS:PORT"),
        ("BACKUP_LISTEN", "::1:9185", "ADDRESS:PORT"),
        ("BACKUP_LISTEN", ":9185", "ADDRESS:PORT"),
        ("POSTGRES_HOST", "db' user='x", "the host of the database"),
        ("POSTGRES_PORT", "0", "a port number"),
        ("POSTGRES_PORT", "5432x", "a port number"),
    ],
)
def test_wrong_variable_is_named(monkeypatch, name, value, meaning):
    """Else an operator would read a traceback, or nothing."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as caught:
        Settings.read()
    assert sentence(caught) == f"backup: {name} must be {meaning}."


def test_configuration_is_what_barman_reads(settings):
    """Else Barman would keep backups elsewhere, for another time or of another host."""
    settings.host, settings.port, settings.days = "db.example", 6543, 30
    file = settings.configure()
    read = configparser.ConfigParser()
    read.read(file)
    assert read["barman"]["barman_home"] == str(settings.home)
    server = read["backup"]
    for conninfo in (server["conninfo"], server["streaming_conninfo"]):
        assert "host=db.example port=6543 user=backup dbname=postgres" in conninfo
    assert server["retention_policy"] == "RECOVERY WINDOW OF 30 DAYS"
    assert server["slot_name"] == "backup"


def test_home_is_made(settings):
    """Else a new volume's folder would have to be made by hand."""
    settings.home = settings.home / "new"
    settings.configure()
    assert settings.home.is_dir()


@pytest.mark.parametrize("kind", ["file", "below a file"])
def test_home_that_is_no_folder_is_named(settings, tmp_path, kind):
    """Else Barman's own words would be all that an operator reads."""
    (tmp_path / "file").touch()
    settings.home = tmp_path / "file" / ("" if kind == "file" else "more")
    with pytest.raises(SystemExit) as caught:
        settings.configure()
    assert sentence(caught) == (
        f"backup: BACKUP_DIR ({settings.home}) must be a directory "
        f"that uid {os.geteuid()} may write."
    )


def test_home_that_cannot_be_written_is_named(settings):
    """Else the service would begin and never take a backup."""
    settings.home.chmod(0o500)
    with pytest.raises(SystemExit, match="must be a directory that uid"):
        settings.configure()
    settings.home.chmod(0o700)


def test_password_comes_from_a_variable(monkeypatch):
    """Else no login would succeed."""
    monkeypatch.setenv("POSTGRES_BACKUP_PASSWORD", "secret")
    monkeypatch.setenv("POSTGRES_SSLMODE", "verify-full")
    monkeypatch.setenv("POSTGRES_SSLROOTCERT", "/ca.pem")
    read_password(required=True)
    assert os.environ["PGPASSWORD"] == "secret"
    assert os.environ["PGSSLMODE"] == "verify-full"
    assert os.environ["PGSSLROOTCERT"] == "/ca.pem"
    assert os.environ["PGCONNECT_TIMEOUT"] == "10"


def test_password_comes_from_a_file_without_its_line_break(monkeypatch, tmp_path):
    """Else a secret that an editor or `echo` wrote would be refused by PostgreSQL."""
    for text, password in (("secret\r\n", "secret"), (" s \n", " s ")):
        (tmp_path / "secret").write_text(text)
        monkeypatch.setenv("POSTGRES_BACKUP_PASSWORD_FILE", str(tmp_path / "secret"))
        read_password(required=True)
        assert os.environ["PGPASSWORD"] == password


def test_password_of_the_caller_is_not_used(monkeypatch):
    """Else a missing secret would stay unnoticed on one machine."""
    monkeypatch.setenv("PGPASSWORD", "of another server")
    read_password(required=False)
    assert os.environ["PGPASSWORD"] == ""


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "set POSTGRES_BACKUP_PASSWORD or POSTGRES_BACKUP_PASSWORD_FILE."),
        (
            {"PASSWORD": "p", "PASSWORD_FILE": "/nowhere"},
            "set POSTGRES_BACKUP_PASSWORD or POSTGRES_BACKUP_PASSWORD_FILE, not both.",
        ),
        (
            {"PASSWORD_FILE": "/nowhere"},
            "POSTGRES_BACKUP_PASSWORD_FILE (/nowhere) cannot be read: "
            "No such file or directory.",
        ),
    ],
)
def test_wrong_password_is_told(monkeypatch, variables, words):
    """Else the service would try to log in for ever."""
    for name, value in variables.items():
        monkeypatch.setenv(f"POSTGRES_BACKUP_{name}", value)
    with pytest.raises(SystemExit) as caught:
        read_password(required=True)
    assert sentence(caught) == f"backup: {words}"


def test_told_time_can_be_given_to_a_restore():
    """Else `restore --to` would refuse the time that `list` printed."""
    assert in_words(NOON) == "2026-01-31T12:00:00+00:00"
    assert in_words_after(NOON + minutes(1 / 120)) == "2026-01-31T12:00:01+00:00"


def test_failure_is_one_sentence_and_a_status():
    """Else compose would take the end of the container for a success."""
    with pytest.raises(SystemExit) as caught:
        fail("it is so.")
    assert caught.value.code == "backup: it is so."

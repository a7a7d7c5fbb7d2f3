"""What the environment says, and the configuration that Barman gets of it."""

import atexit
import os
import pwd
import re
import shutil
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

CONFIGURATION = """\
[barman]
barman_home = {home}
barman_lock_directory = {home}
barman_user = {user}
log_level = WARNING

[{server}]
description = the service's database
conninfo = host={host} port={port} user={role} dbname=postgres application_name=backup
streaming_conninfo = host={host} port={port} user={role} dbname=postgres
backup_method = postgres
streaming_archiver = on
immediate_checkpoint = true
slot_name = {slot}
create_slot = manual
retention_policy = RECOVERY WINDOW OF {days} DAYS
minimum_redundancy = 1
"""

# The names of Barman's server, of the role and of the replication slot.
SERVER = ROLE = SLOT = "backup"

DEFAULTS = {
    "BACKUP_DAYS": "7",
    "BACKUP_DIR": "/var/lib/backup",
    "BACKUP_HOURS": "24",
    "BACKUP_LISTEN": "0.0.0.0:9185",
    "PGDATA": "/var/lib/postgresql/data",
    "POSTGRES_HOST": "db",
    "POSTGRES_PORT": "5432",
}
PATTERNS = {
    "BACKUP_DAYS": (r"[1-9][0-9]{0,3}", "a whole number of days above 0"),
    "BACKUP_HOURS": (r"[1-9][0-9]{0,2}", "a whole number of hours above 0"),
    "BACKUP_LISTEN": (r"(\[[0-9a-fA-F:.]+]|[^:\s]+):[1-9][0-9]{0,4}", "ADDRESS:PORT"),
    "POSTGRES_HOST": (r"[^\s'\\]+", "the host of the database"),
    "POSTGRES_PORT": (r"[1-9][0-9]{0,4}", "a port number"),
}


def fail(sentence: str) -> NoReturn:
    sys.stdout.flush()  # the words that it is about
    sys.exit(f"backup: {sentence}")


def report(sentence: str) -> None:
    print(f"backup: {sentence}", flush=True)


def in_words(time: datetime) -> str:
    """A time as a restore takes it."""
    return time.isoformat(timespec="seconds")


def in_words_after(time: datetime) -> str:
    """The first whole second after it: a restore takes that, too."""
    return in_words(time + timedelta(seconds=1))


@dataclass
class Settings:
    """Of this container."""

    home: Path  # where the backups are
    data: Path  # where a restore puts the database
    host: str
    port: int
    days: int  # how far back a restore can go
    hours: int  # between two base backups
    listen: str

    @classmethod
    def read(cls) -> "Settings":
        """From the environment.

        Raises:
            SystemExit: a variable is malformed.
        """
        values = {name: os.environ.get(name) or text for name, text in DEFAULTS.items()}
        for name, (pattern, meaning) in PATTERNS.items():
            if not re.fullmatch(pattern, values[name]):
                fail(f"{name} must be {meaning}.")
        return cls(
            home=Path(values["BACKUP_DIR"]).resolve(),
            data=Path(values["PGDATA"]).resolve(),
            host=values["POSTGRES_HOST"],
            port=int(values["POSTGRES_PORT"]),
            days=int(values["BACKUP_DAYS"]),
            hours=int(values["BACKUP_HOURS"]),
            listen=values["BACKUP_LISTEN"],
        )

    @property
    def directory(self) -> Path:
        """What Barman keeps of this server."""
        return self.home / SERVER

    def configure(self) -> Path:
        """Write Barman's configuration; its path.

        Raises:
            SystemExit: the directory cannot be written, or this user has no name.
        """
        try:
            user = pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:
            fail(
                f"uid {os.geteuid()} has no name here: "
                "run this as the user of db, uid 70."
            )
        with suppress(OSError):
            self.home.mkdir(exist_ok=True)
        if not (self.home.is_dir() and os.access(self.home, os.W_OK)):
            fail(
                f"BACKUP_DIR ({self.home}) must be a directory "
                f"that uid {os.geteuid()} may write."
            )
        folder = tempfile.mkdtemp(prefix="barman-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        file = Path(folder, "barman.conf")
        file.write_text(
            CONFIGURATION.format(
                home=self.home,
                user=user,
                server=SERVER,
                host=self.host,
                port=self.port,
                role=ROLE,
                slot=SLOT,
                days=self.days,
            )
        )
        return file


def read_secret(name: str) -> str:
    """Of a variable, or of the file that NAME_FILE names; empty where there is none.

    Raises:
        SystemExit: both are set, or the file cannot be read.
    """
    secret = os.environ.get(name, "")
    file = os.environ.get(f"{name}_FILE", "")
    if secret and file:
        fail(f"set {name} or {name}_FILE, not both.")
    if file:
        try:
            secret = Path(file).read_text().rstrip("\r\n")
        except OSError as error:
            fail(f"{name}_FILE ({file}) cannot be read: {error.strerror}.")
    return secret


def read_password(required: bool) -> None:
    """The role's password, for libpq in this process and in what it starts.

    Raises:
        SystemExit: there is none and it is required, or its file cannot be read.
    """
    password = read_secret("POSTGRES_BACKUP_PASSWORD")
    if required and not password:
        fail("set POSTGRES_BACKUP_PASSWORD or POSTGRES_BACKUP_PASSWORD_FILE.")
    os.environ["PGPASSWORD"] = password
    if mode := os.environ.get("POSTGRES_SSLMODE"):
        os.environ["PGSSLMODE"] = mode
    if authority := os.environ.get("POSTGRES_SSLROOTCERT"):
        os.environ["PGSSLROOTCERT"] = authority
    os.environ.setdefault("PGCONNECT_TIMEOUT", "10")

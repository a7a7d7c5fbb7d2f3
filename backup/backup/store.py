"""The store elsewhere, on an object store or another machine; rclone reaches both."""

import atexit
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

import certifi

from backup.settings import fail, read_secret

DEFAULTS = {
    "BACKUP_ELSEWHERE": "",
    "BACKUP_ELSEWHERE_ENDPOINT": "",
    "BACKUP_ELSEWHERE_HOST_KEY": "",
    "BACKUP_ELSEWHERE_KEY_ID": "",
    "BACKUP_ELSEWHERE_RECIPIENT": "",
    "BACKUP_ELSEWHERE_REGION": "us-east-1",
    "BACKUP_ELSEWHERE_SECONDS": "60",
}
HOST_KEY = r"(ssh|ecdsa|sk)-\S+ [^\s,]+"
PATTERNS = {
    "BACKUP_ELSEWHERE": (
        r"s3://[^\s/@:]+(/\S*)?|sftp://[^\s/@:]+@[^\s/@:]+(:[0-9]+)?/\S+",
        "s3://BUCKET/PATH or sftp://USER@HOST/PATH",
    ),
    "BACKUP_ELSEWHERE_ENDPOINT": (r"(https?://\S+)?", "the http(s):// of the store"),
    "BACKUP_ELSEWHERE_HOST_KEY": (
        rf"({HOST_KEY}(, *{HOST_KEY})*)?",
        "the server's public keys, such as ssh-ed25519 AAAA…, with commas between them",
    ),
    # `docker run --env-file` keeps the comment that Compose takes away.
    "BACKUP_ELSEWHERE_KEY_ID": (r"\S*", "one word"),
    "BACKUP_ELSEWHERE_RECIPIENT": (
        r"((age1[0-9a-z]+)( +age1[0-9a-z]+)*)?",
        "public keys that begin with age1",
    ),
    "BACKUP_ELSEWHERE_REGION": (r"\S*", "one word"),
    "BACKUP_ELSEWHERE_SECONDS": (
        r"[1-9][0-9]{0,3}",
        "a whole number of seconds above 0",
    ),
}
FAILED = r'^Failed to (create file system for "[^"]*"|[^:"]*): (last error was: )?'
NO_DIRECTORY = 3  # rclone's status
REMOTE = "elsewhere"
INCOMING = "incoming"  # what a server of SFTP has not received to its end


class StoreError(OSError):
    """The store did not do it; the words say why."""


@dataclass(frozen=True)
class Copy:
    """The copy that one volume of backups has made."""

    place: str  # SYSTEM/BEGIN-RANDOM
    written: datetime


def words_of_rclone(text: str) -> str:
    """Of what it prints, why it failed."""
    lines = [
        re.sub(r"^[\d/]+ [\d:]+ ((ERROR|NOTICE) : )?", "", line).strip()
        for line in text.splitlines()
    ]
    lines = [line for line in lines if line and not line.startswith("status code:")]
    last = max((n for n, line in enumerate(lines) if "Failed to" in line), default=0)
    words = ": ".join(lines[last:])
    return re.sub(FAILED, "", words) or "no words"


@dataclass(frozen=True)
class Store:
    """A folder elsewhere.

    Args:
        url: as a person wrote it.
        root: as rclone takes it.
        environment: of rclone.
    """

    url: str
    root: str
    environment: dict[str, str]
    recipients: list[str]
    seconds: int  # between two copies of the segment that is being received

    @classmethod
    def read(cls) -> "Store | None":
        """From the environment; None where it names none.

        Raises:
            SystemExit: a variable is malformed or missing.
        """
        values = read_values()
        if not values["BACKUP_ELSEWHERE"]:
            return None
        url = urlsplit(values["BACKUP_ELSEWHERE"])
        make, path = (of_s3, f"{url.netloc}{url.path}")
        if url.scheme == "sftp":
            make, path = of_sftp, url.path.removeprefix("/~/")
        secret = read_secret("BACKUP_ELSEWHERE_SECRET").strip()
        options = {
            f"RCLONE_CONFIG_{REMOTE.upper()}_{name}": value
            for name, value in make(url, values, secret).items()
        }
        return cls(
            url=values["BACKUP_ELSEWHERE"],
            root=f"{REMOTE}:{unquote(path).rstrip('/')}",
            environment={**inherited(), **RCLONE, **options},
            recipients=values["BACKUP_ELSEWHERE_RECIPIENT"].split(),
            seconds=int(values["BACKUP_ELSEWHERE_SECONDS"]),
        )

    @property
    def has_atomic_puts(self) -> bool:
        return self.url.startswith("s3:")

    def run(self, *arguments: str, names: Collection[str] = ()) -> str:
        """What rclone prints.

        Args:
            names: of the files that it is about, where the arguments say so.

        Raises:
            StoreError: it failed.
            FileNotFoundError: there is no such folder; a bucket must exist.
        """
        ended = subprocess.run(
            ["rclone", *arguments],
            env=self.environment,
            input="".join(f"{name}\n" for name in names),
            capture_output=True,
            text=True,
        )
        if ended.returncode == NO_DIRECTORY:
            if self.has_atomic_puts:
                raise StoreError(f"{self.url}: there is no such bucket")
            raise FileNotFoundError(f"{self.url} has no such folder")
        if ended.returncode:
            raise StoreError(f"{self.url}: {words_of_rclone(ended.stderr)}")
        return ended.stdout

    def listed(self, place: str, *options: str) -> list[dict[str, str]]:
        """The files below a place.

        Raises:
            StoreError: the store does not answer.
        """
        try:
            text = self.run(
                *("lsjson", "--recursive", "--files-only", "--no-mimetype"),
                *(*options, f"{self.root}/{place}"),
            )
        except FileNotFoundError:
            return []
        found: list[dict[str, str]] = json.loads(text)
        return found

    def sizes(self, place: str) -> dict[str, int]:
        """The names of what a copy has, with the bytes of each.

        Raises:
            StoreError: the store does not answer.
        """
        return {file["Path"]: int(file["Size"]) for file in self.listed(place)}

    def copies(self) -> list[Copy]:
        """All, the one that was last written to at the end.

        Raises:
            StoreError: the store does not answer.
        """
        written: dict[str, datetime] = {}
        for file in self.listed(
            "", "--max-depth=3", "--include=/*/*/{identity,streams}*"
        ):
            place = file["Path"].rpartition("/")[0]
            time = datetime.fromisoformat(file["ModTime"])
            written[place] = max(time, written.get(place, time))
        return sorted(
            (Copy(*item) for item in written.items()), key=lambda c: c.written
        )

    def send(self, folder: Path, place: str) -> None:
        """Put the files of a folder below a place, each whole or not at all.

        Raises:
            StoreError: not all of them are there.
        """
        above = self.root if self.has_atomic_puts else f"{self.root}/{INCOMING}"
        self.run("copy", "--no-check-dest", str(folder), f"{above}/{place}")
        if not self.has_atomic_puts:
            self.run(
                *("move", "--no-traverse", "--ignore-times"),
                *(f"{above}/{place}", f"{self.root}/{place}"),
            )

    def forget_incoming(self, place: str) -> None:
        """Remove what was not sent to its end.

        Raises:
            StoreError: the store does not answer.
        """
        if self.has_atomic_puts:
            return
        with suppress(FileNotFoundError):
            self.run("purge", f"{self.root}/{INCOMING}/{place}")

    def take(self, names: Collection[str], place: str, folder: Path) -> None:
        """Bring files into a folder; those that are gone are left out.

        Raises:
            StoreError: the store does not answer, or there is no room.
        """
        self.run(
            *("copy", "--no-check-dest", "--no-traverse", "--files-from-raw=-"),
            *(f"{self.root}/{place}", str(folder)),
            names=names,
        )

    def remove(self, names: Collection[str], place: str) -> None:
        """
        Raises:
            StoreError: not all of them are gone.
        """
        self.run("delete", "--files-from-raw=-", f"{self.root}/{place}", names=names)

    def read_text(self, name: str, place: str) -> str:
        """What a file says.

        Raises:
            StoreError: the store does not answer.
        """
        return self.run("cat", f"{self.root}/{place}/{name}")


# Of all stores. What an object store tells of times is its own clock's, which needs no
# request for each object.
RCLONE = {
    f"RCLONE_{name.upper()}": value
    for name, value in {
        "config": "",
        "contimeout": "15s",
        "low_level_retries": "3",
        "timeout": "1m",
        "use_server_modtime": "true",
    }.items()
} | {"SSL_CERT_FILE": certifi.where()}


def of_s3(url: SplitResult, values: dict[str, str], secret: str) -> dict[str, str]:
    """What rclone needs for an object store.

    Raises:
        SystemExit: a variable is missing.
    """
    if not (values["BACKUP_ELSEWHERE_KEY_ID"] and secret):
        fail(
            "BACKUP_ELSEWHERE needs BACKUP_ELSEWHERE_KEY_ID and "
            "BACKUP_ELSEWHERE_SECRET, of the object store."
        )
    endpoint = values["BACKUP_ELSEWHERE_ENDPOINT"]
    return {
        "TYPE": "s3",
        "PROVIDER": "Other" if endpoint else "AWS",
        "ENDPOINT": endpoint,
        "REGION": values["BACKUP_ELSEWHERE_REGION"],
        "ACCESS_KEY_ID": values["BACKUP_ELSEWHERE_KEY_ID"],
        "SECRET_ACCESS_KEY": secret,
        "NO_CHECK_BUCKET": "true",  # a bucket with a wrong name must not be made
    }


def of_sftp(url: SplitResult, values: dict[str, str], secret: str) -> dict[str, str]:
    """What rclone needs for a server of SFTP.

    Raises:
        SystemExit: a variable is missing.
    """
    if not (values["BACKUP_ELSEWHERE_HOST_KEY"] and secret):
        fail(
            "BACKUP_ELSEWHERE needs BACKUP_ELSEWHERE_HOST_KEY, the server's public "
            "key, and BACKUP_ELSEWHERE_SECRET, a private key of the user."
        )
    host, port = url.hostname or "", url.port or 22
    folder = tempfile.mkdtemp(prefix="ssh-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    known = Path(folder, "known_hosts")
    name = host if port == 22 else f"[{host}]:{port}"
    keys = values["BACKUP_ELSEWHERE_HOST_KEY"].split(",")
    known.write_text("".join(f"{name} {key.strip()}\n" for key in keys))
    return {
        "TYPE": "sftp",
        "HOST": host,
        "PORT": str(port),
        "USER": unquote(url.username or ""),
        "KEY_PEM": secret.replace("\n", "\\n"),
        "KNOWN_HOSTS_FILE": str(known),
        "SHELL_TYPE": "none",
        "DISABLE_HASHCHECK": "true",
    }


def read_values() -> dict[str, str]:
    """What the environment says of the store.

    Raises:
        SystemExit: a variable is malformed.
    """
    values = {name: os.environ.get(name) or text for name, text in DEFAULTS.items()}
    if values["BACKUP_ELSEWHERE"]:
        for name, (pattern, meaning) in PATTERNS.items():
            if not re.fullmatch(pattern, values[name]):
                fail(f"{name} must be {meaning}.")
    return values


def inherited() -> dict[str, str]:
    """Of our environment, what rclone needs; others would change what it does."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in ("HOME", "PATH") or name.lower().endswith("_proxy")
    }

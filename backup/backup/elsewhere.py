"""The service's copy elsewhere: what is new goes to the store, encrypted.

A copy has the names of Barman's folders. Each volume has a copy of its own, below the
database's system identifier: none is ever written over by another one.
"""

import json
import re
import secrets
import shutil
import subprocess
import tarfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from gzip import GzipFile
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge

from backup.barman import BaseBackup, words_of
from backup.seal import refuse_recipients, seal
from backup.settings import Settings, report
from backup.store import Store

LIST = 3600  # seconds between two looks at what the store has
PAUSES = (5, 600)  # seconds, after a failure: the first, and the longest
BATCH = 128 << 20  # bytes that are sent at once; one file may be larger
TRIES = 10
SEALED = ".gz.age"
PART = ".tar.gz.age"
STREAMS = f"streams.json{SEALED}"
IDENTITY = f"identity.json{SEALED}"
CHECK = "check.json"  # of the last restore that was tried, unencrypted
INFO = "-backup.info"  # which Barman's file about a base backup ends with
BEGUN = "%Y%m%dT%H%M%SZ"
LOG = re.compile(
    r"[0-9A-F]{8}(\.history|[0-9A-F]{16}(\.partial|\.[0-9A-F]{8}\.backup)?)"
)


class NotYetError(Exception):
    """There is nothing yet that could be copied."""


@dataclass(frozen=True)
class Item:
    """What a file of the store is made of."""

    name: str
    size: int
    time: float
    write: Callable[[GzipFile], object]


def of_file(name: str, path: Path) -> Item:
    """
    Raises:
        FileNotFoundError: it has moved on.
    """

    def write(to: GzipFile) -> None:
        with path.open("rb") as file:
            shutil.copyfileobj(file, to, 1 << 20)

    stat = path.stat()
    return Item(name + SEALED, stat.st_size, stat.st_mtime, write)


def of_bytes(name: str, data: bytes) -> Item:
    return Item(name + SEALED, len(data), 0, lambda to: to.write(data))


def of_files(name: str, folder: Path, files: list[Path]) -> Item:
    """An archive, with paths from the folder on."""

    def write(to: GzipFile) -> None:
        with tarfile.open(fileobj=to, mode="w|") as archive:
            for file in files:
                archive.add(file, file.relative_to(folder), recursive=False)

    size = sum(file.lstat().st_size for file in files)
    return Item(name + PART, size, 0, write)


def batches[T](things: Iterable[T], size: Callable[[T], int]) -> Iterator[list[T]]:
    """Some at a time, each time of BATCH bytes or a little more."""
    batch: list[T] = []
    room = BATCH
    for thing in things:
        batch.append(thing)
        room -= size(thing)
        if room <= 0:
            yield batch
            batch, room = [], BATCH
    if batch:
        yield batch


def parts(base: Path) -> list[list[Path]]:
    """The files of a base backup, in archives of much the same size.

    A base backup never changes, so that these are the same at each look.
    """

    def size(path: Path) -> int:
        return path.lstat().st_size if path.is_file() else 0

    return list(batches([base, *sorted(base.rglob("*"))], size))


def log_files(directory: Path) -> dict[str, Path]:
    """The files of the log by their names in a copy, which say nothing of their folder.

    The folders are asked in the order in which files move on.
    """
    found: dict[str, Path] = {}
    for folder in ("streaming", "wals"):
        for path in (directory / folder).rglob("*"):
            if LOG.fullmatch(path.name):
                kept = "streaming" if path.suffix == ".partial" else "wals"
                found[f"{kept}/{path.name}"] = path
    for path in (directory / "set-aside").glob("*"):
        found[f"set-aside/{path.name}"] = path
    return found


def facts_of(info: str) -> dict[str, str]:
    """What Barman's file of a base backup says."""
    return dict(re.findall(r"^(\w+)=(.*)$", info, re.MULTILINE))


def infos(directory: Path) -> dict[str, dict[str, str]]:
    """What Barman knows of base backups that are whole, the oldest first."""
    found = {}
    for file in sorted((directory / "meta").glob(f"*{INFO}")):
        facts = facts_of(file.read_text())
        if facts.get("status") == "DONE":
            found[file.name.removesuffix(INFO)] = facts
    return found


def base_backup(name: str, facts: dict[str, str]) -> BaseBackup:
    return BaseBackup(
        name=name,
        timeline=int(facts["timeline"]),
        begin_wal=facts["begin_wal"],
        end_lsn=facts["end_xlog"],
        end=datetime.fromisoformat(facts["end_time"]),
    )


def meta(name: str) -> str:
    return f"meta/{name}{INFO}{SEALED}"


class Elsewhere:
    """Brings a copy up to date for as long as the service runs.

    Args:
        stopping: set when it shall end.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        registry: CollectorRegistry,
        stopping: threading.Event,
    ) -> None:
        refuse_recipients(store.recipients)
        self.home, self.directory = settings.home, settings.directory
        self.store, self.stopping = store, stopping
        self.place = ""  # of the copy in the store
        self.there: set[str] = set()  # what it has
        self.believed = 0.0  # until when, of the monotonic clock
        self.sent: dict[str, float] = {}  # times of files that change
        self.words = ""  # of the failure that was told of last
        self.make_metrics(registry)

    def make_metrics(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, text: str) -> Gauge:
            return Gauge(f"backup_elsewhere_{name}", text, registry=registry)

        self.until = gauge(
            "until_timestamp_seconds", "Until when the copy elsewhere has all."
        )
        self.base = gauge(
            "base_timestamp_seconds", "When its newest base backup ended."
        )
        self.checked = gauge(
            "check_timestamp_seconds", "When it was last restored for a check."
        )
        self.well = gauge("check_well", "Whether that check succeeded.")
        self.well.set(1)
        self.failures = Counter(
            "backup_elsewhere_failures", "Attempts that failed.", registry=registry
        )

    def run(self) -> None:
        begun, pause = time.time(), 1.0
        self.until.set(begun)  # a copy that never succeeds is old, too
        self.base.set(begun)
        self.checked.set(begun)
        failed = 0
        while not self.stopping.wait(pause):
            try:
                pause = 0 if self.bring() else self.store.seconds
                self.tell("")
                failed = 0
            except NotYetError:
                pause = PAUSES[0]
            except (OSError, subprocess.CalledProcessError) as error:
                self.believed = 0
                self.failures.inc()
                self.tell(words_of(error))
                pause = min(PAUSES[0] * 2**failed, PAUSES[1])
                failed = min(failed + 1, 10)

    def tell(self, words: str) -> None:
        """Of a failure once, while it is tried again."""
        if self.stopping.is_set() or words == self.words:
            return
        report(
            f"the copy elsewhere failed, it is tried again: {words}"
            if words
            else "the copy elsewhere goes on."
        )
        self.words = words

    def bring(self) -> bool:
        """Send what is new, the log first; whether there is more of a base backup.

        Raises:
            NotYetError: Barman has nothing yet.
            OSError: the store did not take it, or the disk has no room.
        """
        self.look()
        spans = self.read_spans()
        log = self.send_log()
        if spans:
            # What it tells of is in the store by now.
            self.send([of_bytes("streams.json", spans)])
            newest = json.loads(spans)[-1]["until"]
            self.until.set(datetime.fromisoformat(newest).timestamp())
        more = self.send_base()
        self.tidy(log)
        return more

    def read_spans(self) -> bytes:
        try:
            return (self.directory / "streams.json").read_bytes()
        except FileNotFoundError as error:
            raise NotYetError from error

    def look(self) -> None:
        """Ask what the store has, where that is not known."""
        place = self.find_place()
        if place == self.place and time.monotonic() < self.believed:
            return
        self.store.forget_incoming(place)
        self.there = set(self.store.sizes(place))
        if place != self.place:
            self.sent = {}
            report(f"the copy elsewhere is {place} in {self.store.url}.")
        self.place = place
        if IDENTITY not in self.there:
            self.send([of_file("identity.json", self.directory / "identity.json")])
        self.note_check()
        self.note_base()
        self.believed = time.monotonic() + LIST

    def find_place(self) -> str:
        """Of this database and this volume.

        Raises:
            NotYetError: Barman does not know the database yet.
        """
        try:
            identity = json.loads((self.directory / "identity.json").read_text())
        except (OSError, ValueError) as error:
            raise NotYetError from error
        file = self.home / "elsewhere"
        if not file.exists():
            name = f"{datetime.now(UTC):{BEGUN}}-{secrets.token_hex(4)}"
            new = file.with_suffix(".new")
            new.write_text(name)
            new.rename(file)
        return f"{identity['systemid']}/{file.read_text().strip()}"

    def note_check(self) -> None:
        """What the last check has left; before the first, the copy's age counts."""
        begun = datetime.strptime(self.place.rpartition("/")[2][:16], BEGUN).replace(
            tzinfo=UTC
        )
        self.checked.set(begun.timestamp())
        if CHECK not in self.there:
            return
        try:
            said = json.loads(self.store.read_text(CHECK, self.place))
            self.checked.set(datetime.fromisoformat(said["time"]).timestamp())
            self.well.set(bool(said["well"]))
        except (ValueError, KeyError, TypeError):
            self.well.set(0)

    def send(self, items: list[Item]) -> None:
        """Encrypt in our own volume, and send what is whole there."""
        for batch in batches(items, lambda item: item.size):
            staging = self.home / "sealed"
            shutil.rmtree(staging, ignore_errors=True)
            try:
                for item in batch:
                    seal(
                        self.store.recipients,
                        staging / item.name,
                        item.write,
                        item.time,
                    )
                self.store.send(staging, self.place)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
            self.there |= {item.name for item in batch}

    def send_log(self) -> set[str]:
        """Send what the store lacks of the log; the names of all of it."""
        for _ in range(TRIES):
            try:
                files = log_files(self.directory)
                items, times = [], {}
                for name, path in sorted(files.items()):
                    item = of_file(name, path)
                    changes = path.suffix == ".partial"
                    if changes and self.sent.get(item.name) != item.time:
                        times[item.name] = item.time
                    elif changes or item.name in self.there:
                        continue
                    items.append(item)
                self.send(items)
                self.sent |= times
                return {name + SEALED for name in files}
            except FileNotFoundError:  # one moved on meanwhile
                continue
        raise OSError("the log moves faster than it is read")

    def send_base(self) -> bool:
        """Send one part of a base backup that the store lacks; whether there is more.

        Barman's file about it follows its parts, so that a copy never has one that is
        not whole.
        """
        for name in reversed(infos(self.directory)):
            if meta(name) in self.there:
                continue
            try:
                return self.send_part(name)
            except FileNotFoundError:  # retention removed it meanwhile
                continue
        return False

    def send_part(self, name: str) -> bool:
        base = self.directory / "base"
        for number, files in enumerate(parts(base / name)):
            item = of_files(f"base/{name}/{number:05}", base, files)
            if item.name not in self.there:
                self.send([item])
                return True
        info = f"meta/{name}{INFO}"
        self.send([of_file(info, self.directory / info)])
        self.note_base()
        report(f"the copy elsewhere has base backup {name}.")
        return True

    def note_base(self) -> None:
        for name, facts in reversed(infos(self.directory).items()):
            if meta(name) in self.there:
                self.base.set(base_backup(name, facts).end.timestamp())
                return

    def tidy(self, log: set[str]) -> None:
        """Remove what retention has removed here; nothing without a base backup."""
        whole = infos(self.directory)
        if not any(meta(name) in self.there for name in whole):
            return
        log = log | {name + SEALED for name in log_files(self.directory)}
        kept = log | {STREAMS, IDENTITY, CHECK} | {meta(name) for name in whole}
        stale = {
            name
            for name in self.there - kept
            if not (name.startswith("base/") and name.split("/")[1] in whole)
        }
        first = {name for name in stale if name.startswith("meta/")}
        for names in (first, stale - first):
            if names:
                self.store.remove(names, self.place)
                self.there -= names

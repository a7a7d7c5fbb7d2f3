"""The service: a stream, base backups, and whether a restore would succeed."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import psycopg2

from backup.barman import Barman, end_children, is_of, lead_children, words_of
from backup.bases import Bases
from backup.database import Database, Facts
from backup.elsewhere import Elsewhere
from backup.former import Former, keep, remove_old
from backup.metrics import Metrics
from backup.receiver import Receiver
from backup.settings import Settings, fail, report
from backup.spans import NEVER, Spans
from backup.store import Store

TICK = 5  # seconds between two looks at the database
CRON = 60  # seconds between two runs of Barman's maintenance
RESERVE = 4 << 20  # bytes that let Barman's maintenance work on a full disk
STRANGE = (
    "the volume of the database was filled by an old version, which drew an identifier "
    "that Barman does not take: bring its rows into a new one (dump and load)."
)
OTHER = (
    "the database is another one than the backups are of: "
    "give it a BACKUP_DIR ({}) of its own."
)


class Watch:
    """Starts the others as threads, looks on, and does Barman's maintenance.

    Args:
        store: where a copy is brought; None for nowhere.
    """

    def __init__(
        self, settings: Settings, barman: Barman, store: Store | None = None
    ) -> None:
        self.settings, self.barman = settings, barman
        settings.directory.mkdir(exist_ok=True)
        self.spans = Spans(settings.directory)
        self.metrics = Metrics(settings.home)
        self.metrics.interval.set(settings.hours * 3600)
        self.stopping = threading.Event()
        self.receiver = Receiver(settings, barman, self.spans, self.stopping)
        self.bases = Bases(settings, barman, self.spans, self.receiver, self.stopping)
        self.parts: list[Receiver | Bases | Elsewhere] = [self.receiver, self.bases]
        if store:
            registry = self.metrics.registry
            self.parts.append(Elsewhere(settings, store, registry, self.stopping))
        self.failed = False
        self.upgraded: Former | None = None  # whose backups these are
        self.trouble = ""  # of which was told
        self.noted: datetime | None = None  # the newest base backup that metrics tell

    def claim(self) -> None:
        """Take the backups and the port for this process.

        Raises:
            SystemExit: another one has them.
        """
        lock = os.open(self.settings.home, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            fail(f"BACKUP_DIR ({self.settings.home}) is in use by another backup.")
        try:
            self.metrics.serve(self.settings.listen)
        except (OSError, OverflowError) as error:
            fail(f"BACKUP_LISTEN ({self.settings.listen}) cannot be used: {error}.")

    def run(self) -> None:
        """Until SIGTERM or SIGINT.

        Raises:
            SystemExit: the backups or the port are in use, or a thread failed.
        """
        self.claim()
        threading.excepthook = self.end
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        lead_children()
        threads = [threading.Thread(target=part.run) for part in self.parts]
        for thread in threads:
            thread.start()
        self.look_on()
        end_all(threads)
        if self.failed:
            fail("a part of it ended; its traceback is above.")
        if self.upgraded:
            self.begin_anew(self.upgraded)

    def begin_anew(self, former: Former) -> None:
        """With an empty directory, as a new process: nothing known of the old is left.

        Raises:
            OSError: the disk does not write.
        """
        keep(self.settings, former)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.execvp(sys.executable, [sys.executable, *sys.orig_argv[1:]])

    def end(self, error: threading.ExceptHookArgs) -> None:
        """Stop all when a thread ended by an error that it does not expect."""
        threading.__excepthook__(error)
        self.failed = True
        self.stopping.set()

    def look_on(self) -> None:
        database, maintained = Database(self.settings), 0.0
        self.note_spans()
        self.note_backups()
        while not self.stopping.wait(TICK):
            facts = self.ask(database)
            self.metrics.note(facts)
            if facts:
                self.receiver.note_received(facts)
            self.note_spans()
            if time.monotonic() - maintained > CRON:
                maintained = time.monotonic()
                self.maintain()
            elif self.bases.newest != self.noted:
                self.note_backups()
            reap()

    def ask(self, database: Database) -> Facts | None:
        """What our database says; where it does not, one line tells why."""
        facts, trouble = None, ""
        try:
            facts = database.ask()
        except psycopg2.Error as error:
            trouble = f"the database does not answer: {str(error).strip()}"
        if facts and facts.system.startswith("-"):
            trouble = STRANGE
        elif facts and not is_of(self.settings.directory, facts.system):
            trouble = OTHER.format(self.settings.home)
            if facts.former and is_of(self.settings.directory, facts.former.system):
                self.upgraded = facts.former
                self.stopping.set()
                return None
        if trouble != self.trouble:
            report(trouble or "the database answers again.")
        self.trouble = trouble
        return None if trouble else facts

    def note_spans(self) -> None:
        self.metrics.gap.set(self.spans.last_gap.timestamp())
        if span := self.spans.newest:
            self.metrics.streamed.set(span.until.timestamp())

    def note_backups(self) -> None:
        self.noted = self.bases.newest
        with suppress(subprocess.CalledProcessError):
            ends = self.barman.ends().values()
            if ends:
                self.metrics.first.set(min(ends).timestamp())
                self.metrics.last.set(max(ends).timestamp())

    def maintain(self) -> None:
        """Barman's maintenance, and ours of what it does not do (without a stream)."""
        try:
            self.keep_reserve()
            self.bases.tidy()
            if self.receiver.is_steady():
                self.barman.run("cron")
        except (OSError, subprocess.CalledProcessError) as error:
            if not self.stopping.is_set():
                report(f"maintenance failed, it is tried again: {words_of(error)}")
        before = datetime.now(UTC) - timedelta(days=self.settings.days)
        for file in (self.settings.directory / "set-aside").glob("*"):
            if file.stat().st_mtime < before.timestamp():
                file.unlink()
        with suppress(OSError):  # a full disk
            if self.bases.newest not in (None, NEVER):
                remove_old(self.settings)
        self.note_backups()

    def keep_reserve(self) -> None:
        """A file that goes when the disk is full, and comes back when it is not.

        Raises:
            OSError: the disk does not write.
        """
        reserve = self.settings.home / "reserve"
        free = shutil.disk_usage(self.settings.home).free
        if free < RESERVE:
            reserve.unlink(missing_ok=True)
        elif free > 4 * RESERVE and not reserve.exists():
            reserve.write_bytes(bytes(RESERVE))


def end_all(threads: Iterable[threading.Thread]) -> None:
    """End what they wait for, also what one of them starts just now."""
    for thread in threads:
        while thread.is_alive():
            end_children()
            thread.join(1)


def reap() -> None:
    """End what Barman's maintenance started in sessions of its own; nobody waits."""
    with suppress(ChildProcessError):
        while found := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if os.getsid(found.si_pid) == os.getsid(0):
                break
            os.waitpid(found.si_pid, 0)

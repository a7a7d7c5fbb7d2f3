"""The stream of the log, which begins again whenever it ends, and anew where it cannot go on."""

import subprocess
import threading
import time
from collections.abc import Callable

import psycopg2

from backup.barman import Barman
from backup.database import Database, Facts
from backup.log import Log, set_aside
from backup.settings import SERVER, Settings, tell

PAUSE = 2  # seconds before the stream is begun again
QUICK = 5  # seconds: a stream that ends sooner did not begin
PATIENCE = 5  # times that it may do so before it is begun anew


class Stream:
    """Barman's receive-wal and the replication slot that keeps the log for it.

    Args:
        is_ours: whether the database is the one that the backups are of.
        on_begin: called with whether a part of the log is missing, when the stream began anew.
        stopping: set when the stream shall not begin again.
    """

    def __init__(
        self,
        settings: Settings,
        barman: Barman,
        is_ours: Callable[[Facts], bool],
        on_begin: Callable[[bool], None],
        stopping: threading.Event,
    ) -> None:
        self.barman = barman
        self.directory = settings.directory
        self.database = Database(settings)
        self.is_ours, self.on_begin, self.stopping = is_ours, on_begin, stopping
        self.receiver: subprocess.Popen[str] | None = None
        self.quick = 0
        self.words = ""  # of why it ended

    def run(self) -> None:
        while not self.stopping.is_set():
            facts = self.ask()
            if facts and self.is_ours(facts) and not facts.active:
                try:
                    if not facts.is_slot_well or self.quick >= PATIENCE:
                        self.begin_anew(facts)
                    self.receive()
                except subprocess.CalledProcessError as error:
                    self.tell(f"the stream cannot begin: {error.stdout.strip()}")
            self.stopping.wait(PAUSE)

    def ask(self) -> Facts | None:
        """What the database says; nothing where it does not answer, of which Watch tells."""
        try:
            return self.database.ask()
        except psycopg2.Error:
            return None

    def is_steady(self) -> bool:
        """Whether the receiver has run for a moment, so that Barman's cron starts no other."""
        return self.receiver is not None and time.monotonic() - self.begun > QUICK

    def receive(self) -> None:
        """Until it ends, as it does with the database."""
        self.begun = time.monotonic()
        with subprocess.Popen(
            self.barman.command("receive-wal", SERVER),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as self.receiver:
            lines = self.receiver.stdout or ()  # one for each segment, and its last words
            errors = [line.strip() for line in lines if "error: " in line.lower()]
        self.receiver = None
        if time.monotonic() - self.begun < QUICK:
            self.quick += 1
        else:
            self.quick, self.words = 0, ""
        if errors and not self.stopping.is_set():
            self.tell(f"the stream ended: {errors[0]}")

    def tell(self, words: str) -> None:
        """Once, while it is tried again with the same end."""
        if words != self.words:
            tell(words)
        self.words = words

    def begin_anew(self, facts: Facts) -> None:
        """Forget where the stream was; what was received stays for restores. Without a slot that
        has kept what follows, make one.

        Raises:
            subprocess.CalledProcessError: Barman failed.
        """
        former = Log(self.directory).newest_timeline()
        if former:
            self.barman.run("archive-wal", SERVER)
            set_aside(self.directory)
        if not facts.is_slot_well:
            if facts.slot:
                self.barman.run("receive-wal", "--drop-slot", SERVER)
            self.barman.run("receive-wal", "--create-slot", SERVER)
        self.quick = 0
        # On another timeline it was restored, and nothing is missing.
        self.on_begin(not facts.is_slot_well and former == facts.timeline)

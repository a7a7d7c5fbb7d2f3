"""The stream of the log: begun again when it ends, and anew where it cannot go on."""

import re
import subprocess
import threading
import time
from contextlib import suppress
from datetime import datetime

import psycopg2

from backup.barman import Barman, is_of, words_of
from backup.database import Database, Facts
from backup.settings import SERVER, Settings, report
from backup.spans import Span, Spans
from backup.wal import set_aside

PAUSE = 2  # seconds before the stream is begun again
STEADY = 3  # seconds after which it is taken to have begun
# What PostgreSQL says where it can never go on from where it was.
IMPOSSIBLE = re.compile(
    r"has already been removed|requested starting point|timeline \d+ is not"
    r"|should be 0 or"
)


class Receiver:
    """Barman's receive-wal and the replication slot that keeps the log for it.

    Args:
        stopping: set when the stream shall not begin again.
    """

    def __init__(
        self,
        settings: Settings,
        barman: Barman,
        spans: Spans,
        stopping: threading.Event,
    ) -> None:
        self.barman, self.spans = barman, spans
        self.directory = settings.directory
        self.database = Database(settings)
        self.stopping = stopping
        self.process: subprocess.Popen[str] | None = None
        self.begun = 0.0  # when it was started
        self.words = ""  # of why it ended
        self.ahead: list[tuple[int, datetime]] = []  # written, and not yet received

    def run(self) -> None:
        while not self.stopping.is_set():
            facts = self.ask()
            if facts and is_of(self.directory, facts.system) and not facts.active:
                try:
                    if facts.is_slot_gone or IMPOSSIBLE.search(self.words):
                        self.begin_anew(facts)
                    self.receive()
                except (OSError, subprocess.CalledProcessError) as error:
                    self.report(f"the stream cannot begin: {words_of(error)}")
            self.stopping.wait(PAUSE)

    def ask(self) -> Facts | None:
        """What the database says; None where it does not answer, which Watch tells."""
        try:
            return self.database.ask()
        except psycopg2.Error:
            return None

    def is_steady(self) -> bool:
        """Whether it has run for a moment, so that Barman's cron starts no other."""
        return self.process is not None and time.monotonic() - self.begun > STEADY

    def receive(self) -> None:
        """Until it ends, as it does with the database."""
        self.begun = time.monotonic()
        with subprocess.Popen(
            self.barman.command("receive-wal", SERVER),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as self.process:
            lines = (
                self.process.stdout or ()
            )  # one for each segment, and its last words
            errors = [line.strip() for line in lines if "error: " in line.lower()]
            errors = [re.sub(r"^.* ERROR: ", "", line) for line in errors]  # its time
        if self.is_steady():
            self.words = ""
        self.process = None
        if errors and not self.stopping.is_set():
            self.report(f"the stream ended: {errors[0]}")

    def report(self, words: str) -> None:
        """Once, while it is tried again with the same end."""
        if words != self.words:
            report(words)
        self.words = words

    def note_received(self, facts: Facts) -> None:
        """What was written at an earlier look is here once it is received."""
        ahead = self.ahead
        ahead.append((facts.written, facts.time))
        known = [item for item in ahead if item[0] <= (facts.received or 0)]
        span = self.spans.newest
        if not known or ahead is not self.ahead:  # the stream began anew meanwhile
            return
        del ahead[: len(known)]
        with suppress(OSError):  # a full disk
            if span is None or span.timeline != facts.timeline:
                self.spans.begin(facts.timeline, begun(facts, span), lost=False)
            elif known[-1][1] > span.until:
                end, until = known[-1]
                self.spans.reach(until, end)

    def begin_anew(self, facts: Facts) -> None:
        """Forget where the stream was; what was received stays for restores.

        Raises:
            subprocess.CalledProcessError: Barman failed.
            OSError: the disk is full.
        """
        if self.spans.newest:
            self.barman.run("archive-wal", SERVER)
            set_aside(self.directory)
        self.words = ""
        self.ahead = []
        self.begin_span(facts)
        if facts.slot == "lost":
            self.barman.run("receive-wal", "--drop-slot", SERVER)
        if facts.is_slot_gone:
            self.barman.run("receive-wal", "--create-slot", SERVER)

    def begin_span(self, facts: Facts) -> None:
        """Write it down, before there is a slot.

        A gap that nothing followed is told of once.

        Raises:
            OSError: the disk is full.
        """
        newest = self.spans.newest
        if newest and newest.lost and newest.until == newest.begun:
            return
        # On a timeline that it never had, it was restored, and nothing is missing.
        former = any(span.timeline == facts.timeline for span in self.spans.all)
        lost = former and facts.is_slot_gone
        self.spans.begin(facts.timeline, begun(facts, newest), lost)
        if lost:
            report(
                "a part of the log is missing: moments after it need the base backup "
                "that comes."
            )


def begun(facts: Facts, former: Span | None) -> datetime:
    """When a database began on its timeline: with a restore, it was started on it."""
    if former is None or former.timeline == facts.timeline:
        return facts.time
    return max(facts.since, former.until)

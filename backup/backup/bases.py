"""Base backups: each day, and at once where the log does not lead from the last one."""

import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta

from backup.barman import Barman, words_of
from backup.progress import megabytes, progress, size
from backup.receiver import Receiver
from backup.settings import SERVER, Settings, report
from backup.spans import NEVER, Spans

LOOK = 1  # seconds between two looks whether one is due
AGAIN = 60  # seconds before one that failed is tried again
UNFINISHED = ("EMPTY", "STARTED", "FAILED")
SENT = 2  # seconds until a segment is here


class Bases:
    """Takes a base backup when one is due and the log is streamed; removes old ones.

    Args:
        stopping: set when no other shall begin.
    """

    def __init__(
        self,
        settings: Settings,
        barman: Barman,
        spans: Spans,
        receiver: Receiver,
        stopping: threading.Event,
    ) -> None:
        self.interval = timedelta(hours=settings.hours)
        self.folder = settings.directory / "base"
        self.barman, self.spans = barman, spans
        self.receiver, self.stopping = receiver, stopping
        self.newest: datetime | None = None  # the end of the last one, once it is known
        self.taking = threading.Lock()

    def run(self) -> None:
        while not self.stopping.wait(LOOK):
            try:
                if self.receiver.is_steady() and self.is_due():
                    self.take()
            except (OSError, subprocess.CalledProcessError) as error:
                if not self.stopping.is_set():
                    words = words_of(error)
                    report(f"no base backup could be taken, it is tried again: {words}")
                self.stopping.wait(AGAIN)

    def is_due(self) -> bool:
        """Whether none is new enough, or the log was broken off after it.

        Raises:
            subprocess.CalledProcessError: Barman failed.
        """
        if self.newest is None:
            self.newest = max(self.barman.ends().values(), default=NEVER)
        span = self.spans.newest
        return datetime.now(UTC) - self.newest > self.interval or (
            span is not None and self.newest < span.begun
        )

    def take(self) -> None:
        """Take one.

        Raises:
            subprocess.CalledProcessError: Barman failed.
        """
        with self.taking:
            report("a base backup begins.")
            if self.newest == NEVER:
                self.begin_archive()
            before = size(self.folder)
            with progress(
                "the base backup has", lambda: megabytes(size(self.folder) - before)
            ):
                self.barman.run("backup", "--wait", "--wait-timeout=600", SERVER)
            name, self.newest = max(self.barman.ends().items())
            report(f"base backup {name} is whole.")

    def begin_archive(self) -> None:
        """Let Barman have a first segment of the log, which a base backup needs.

        An idle database ends no segment by itself, and the end of one is sent with what
        comes after it.

        Raises:
            subprocess.CalledProcessError: Barman failed.
        """
        self.barman.run("switch-wal", "--force", SERVER)
        self.barman.run("switch-wal", "--force", SERVER)
        time.sleep(SENT)
        self.barman.run("archive-wal", SERVER)

    def tidy(self) -> None:
        """Remove those that were cut short and those that retention does not keep.

        It does so while the log is not streamed, too: the disk may be full of them.

        Raises:
            subprocess.CalledProcessError: Barman failed.
        """
        if not self.taking.acquire(blocking=False):
            return
        try:
            for item in self.barman.ask("list-backups", SERVER):
                if (
                    item["status"] in UNFINISHED
                    or item.get("retention_status") == "OBSOLETE"
                ):
                    self.barman.run("delete", SERVER, item["backup_id"])
        finally:
            self.taking.release()

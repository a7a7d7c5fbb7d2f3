"""Base backups: each day, and at once where the log does not lead from the last one."""

import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from backup.barman import Barman
from backup.log import NEVER
from backup.settings import SERVER, tell

LOOK = 5  # seconds between two looks whether one is due
AGAIN = 60  # seconds before one that failed is tried again
UNFINISHED = ("EMPTY", "STARTED", "FAILED")
# Barman begins when it has a segment of the log, which an idle database does not end by itself.
END_SEGMENT = ("switch-wal", "--force", "--archive", "--archive-timeout=60", SERVER)


class Bases:
    """Takes one where it is due and the log is streamed.

    Args:
        is_streaming: whether it is.
        on_change: called when there is a new one.
        stopping: set when no other shall begin.
    """

    def __init__(
        self,
        hours: int,
        barman: Barman,
        is_streaming: Callable[[], bool],
        on_change: Callable[[], None],
        stopping: threading.Event,
    ) -> None:
        self.interval = timedelta(hours=hours)
        self.barman = barman
        self.is_streaming, self.on_change, self.stopping = is_streaming, on_change, stopping
        self.wanted = threading.Event()  # one, now
        self.newest: datetime | None = None  # the end of the last one, once it is known

    def run(self) -> None:
        while not self.stopping.wait(LOOK):
            if not self.is_streaming():
                continue
            try:
                if self.is_due():
                    self.wanted.clear()
                    self.take()
            except subprocess.CalledProcessError as error:
                if not self.stopping.is_set():
                    words = (error.stderr or error.stdout).strip()
                    tell(f"no base backup could be taken, it is tried again: {words}")
                self.wanted.set()
                self.stopping.wait(AGAIN)

    def is_due(self) -> bool:
        """Whether none is new enough.

        Raises:
            subprocess.CalledProcessError: Barman failed.
        """
        if self.newest is None:
            self.newest = max((backup.end for backup in self.barman.backups()), default=NEVER)
        return self.wanted.is_set() or datetime.now(UTC) - self.newest > self.interval

    def take(self) -> None:
        """Take one, and forget those that were cut short.

        Raises:
            subprocess.CalledProcessError: Barman failed.
        """
        for item in self.barman.ask("list-backups", SERVER):
            if item["status"] in UNFINISHED:
                self.barman.run("delete", SERVER, item["backup_id"])
        tell("a base backup begins.")
        self.barman.run(*END_SEGMENT)
        self.barman.run("backup", "--wait", "--wait-timeout=600", SERVER)
        newest = self.barman.backups()[-1]
        self.newest = newest.end
        tell(f"base backup {newest.name} is whole.")
        self.on_change()

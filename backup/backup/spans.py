"""The lives of the stream: which timeline it had, from when until when.

A life ends where the next one cannot go on from it: the database was restored to another timeline,
or a part of the log is missing. `streams.json` has them, the oldest first.
"""

import json
import os
import threading
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Life:
    """One of them; what was written until `until` is here."""

    timeline: int
    begun: datetime
    until: datetime
    lost: bool  # a part of the log before it is missing
    end: int = 0  # where the log was at `until`, in bytes from its beginning


class Streams:
    """Of a directory in which only one service writes.

    Args:
        directory: what Barman keeps of the server.
    """

    def __init__(self, directory: Path) -> None:
        self.file = directory / "streams.json"
        self.lock = threading.Lock()
        self.lives = self.read()

    def read(self) -> list[Life]:
        try:
            entries = json.loads(self.file.read_text())
            return [
                Life(
                    entry["timeline"],
                    datetime.fromisoformat(entry["begun"]),
                    datetime.fromisoformat(entry["until"]),
                    entry["lost"],
                    entry["end"],
                )
                for entry in entries
            ]
        except (OSError, ValueError, KeyError, TypeError):
            return []

    def write(self) -> None:
        """Replace the file, whole or not at all.

        Raises:
            OSError: the disk is full.
        """
        new = self.file.with_suffix(".new")
        with new.open("w") as file:
            json.dump([asdict(life) for life in self.lives], file, default=datetime.isoformat)
            file.flush()
            os.fsync(file.fileno())
        new.rename(self.file)

    def begin(self, timeline: int, time: datetime, lost: bool) -> None:
        """A new life.

        Raises:
            OSError: the disk is full.
        """
        with self.lock:
            self.lives.append(Life(timeline, time, time, lost))
            self.write()

    def reach(self, until: datetime, end: int) -> None:
        """The last life has what was written until then.

        Raises:
            OSError: the disk is full.
        """
        with self.lock:
            self.lives[-1] = replace(self.lives[-1], until=until, end=end)
            self.write()

    def at(self, time: datetime | None) -> Life | None:
        """The life that a moment belongs to; the last one for None."""
        before = [life for life in self.lives if time is None or life.begun <= time]
        return before[-1] if before else None

    def whole_until(self, timeline: int, since: datetime) -> tuple[Life, bool]:
        """The life that has the log of a timeline for the longest without a break, from a base
        backup that ended at `since`, and whether a part is known to be missing after it.
        """
        known = Life(timeline, NEVER, NEVER, lost=False)
        for life in self.lives:
            if life.timeline == timeline and life.until >= since:
                if known.until != NEVER and life.lost:
                    return known, True
                known = life
        return known, False

    @property
    def newest(self) -> Life | None:
        return self.lives[-1] if self.lives else None

    @property
    def last_gap(self) -> datetime:
        """When a part of the log was found missing; NEVER where none is."""
        return max((life.begun for life in self.lives if life.lost), default=NEVER)

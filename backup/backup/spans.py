"""Which spans of the log were received without a break.

A span has a timeline and two times. It ends where the next one cannot go on from it:
the database was restored to another timeline, or a part of the log is missing. The file
`streams.json` has them, the oldest first.
"""

import json
import os
import threading
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Span:
    """What was written from `begun` until `until` is here."""

    timeline: int
    begun: datetime
    until: datetime
    lost: bool  # a part of the log before it is missing
    end: int = 0  # where the log was at `until`, in bytes from its beginning


class Spans:
    """Of a directory in which only one service writes.

    Args:
        directory: what Barman keeps of the server.
    """

    def __init__(self, directory: Path) -> None:
        self.file = directory / "streams.json"
        self.lock = threading.Lock()
        self.all = self.read()

    def read(self) -> list[Span]:
        try:
            entries = json.loads(self.file.read_text())
            return [
                Span(
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
            json.dump(
                [asdict(span) for span in self.all], file, default=datetime.isoformat
            )
            file.flush()
            os.fsync(file.fileno())
        new.rename(self.file)

    def begin(self, timeline: int, time: datetime, lost: bool) -> None:
        """A new span.

        Raises:
            OSError: the disk is full.
        """
        with self.lock:
            self.all.append(Span(timeline, time, time, lost))
            self.write()

    def reach(self, until: datetime, end: int) -> None:
        """The last span has what was written until then.

        Raises:
            OSError: the disk is full.
        """
        with self.lock:
            self.all[-1] = replace(self.all[-1], until=until, end=end)
            self.write()

    def at(self, time: datetime | None) -> Span | None:
        """The span that a moment belongs to; the last one for None."""
        before = [span for span in self.all if time is None or span.begun <= time]
        return before[-1] if before else None

    def whole_until(self, timeline: int, since: datetime) -> tuple[Span, bool]:
        """How far the log of a timeline is whole after a base backup of `since`.

        The last span that has it without a break, and whether a part is known to be
        missing after that.
        """
        known = Span(timeline, NEVER, NEVER, lost=False)
        for span in self.all:
            if span.timeline == timeline and span.until >= since:
                if known.until != NEVER and span.lost:
                    return known, True
                known = span
        return known, False

    @property
    def newest(self) -> Span | None:
        return self.all[-1] if self.all else None

    @property
    def last_gap(self) -> datetime:
        """When a part of the log was found missing; NEVER where none is."""
        return max((span.begun for span in self.all if span.lost), default=NEVER)

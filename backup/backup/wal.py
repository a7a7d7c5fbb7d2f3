"""PostgreSQL's write-ahead log (WAL), "the log", as the backups have it.

It is a row of files, the segments. A segment's name is its timeline, the upper half of
its address and its number in there, eight hexadecimal digits each (PostgreSQL's
documentation, "WAL Internals").
"""

import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from backup.barman import BaseBackup

SEGMENT = re.compile(r"([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})(\.partial)?")
SWITCH = re.compile(r"^\s*(\d+)\s+([0-9A-F]+/[0-9A-F]+)", re.MULTILINE)


def address(lsn: str) -> int:
    """Of a place in the log, in bytes from its beginning."""
    upper, lower = lsn.split("/")
    return int(upper, 16) << 32 | int(lower, 16)


@dataclass(frozen=True)
class Reach:
    """How far the log goes on from a base backup without a gap."""

    last: int  # the number of its last segment
    written: datetime  # when that was written to
    gap: bool  # there is more of the log after a missing segment


class Wal:
    """The segments in Barman's folders wals and streaming, and in set-aside.

    A stream that began anew left in set-aside what it had.

    Args:
        directory: what Barman keeps of the server.
    """

    def __init__(self, directory: Path) -> None:
        self.folders = [directory / name for name in ("streaming", "wals", "set-aside")]
        # Files move on from the first folder to the second.
        found = list(self.scan())
        self.size = max((size for _, size, _ in found), default=0)  # bytes of a segment
        # By timeline and number, when each was written to. Shorter ones had no room on
        # the disk.
        self.segments = {
            (int(name[:8], 16), self.number(name)): time
            for name, size, time in found
            if size == self.size
        }

    def scan(self) -> Iterator[tuple[str, int, float]]:
        for folder in self.folders:
            for file in folder.rglob("*"):
                if SEGMENT.fullmatch(file.name):
                    with suppress(FileNotFoundError):  # it has just moved on
                        stat = file.stat()
                        yield file.name, stat.st_size, stat.st_mtime

    def number(self, name: str) -> int:
        """The number of the segment with that name, from the log's beginning.

        The last eight digits count from 0 again with each upper half.
        """
        in_a_half = (1 << 32) // (self.size or 1)
        return int(name[8:16], 16) * in_a_half + int(name[16:24], 16)

    def timelines(self) -> list[int]:
        return sorted({timeline for timeline, _ in self.segments})

    def branches(self, timeline: int) -> dict[int, int]:
        """Where each timeline before this one ended, in bytes of the log."""
        for folder in self.folders:
            history = folder / f"{timeline:08X}.history"
            if history.exists():
                return {
                    int(one): address(end)
                    for one, end in SWITCH.findall(history.read_text())
                }
        return {}

    def leads_to(self, backup: BaseBackup, timeline: int) -> bool:
        """Whether the timeline goes on from the backup's."""
        end = self.branches(timeline).get(backup.timeline, -1)
        return backup.timeline == timeline or address(backup.end_lsn) <= end

    def of(self, timeline: int) -> dict[int, float]:
        """When each segment that leads to a timeline's end was written to, by number.

        Before it branched off, its log is that of the timelines before it.
        """
        begin, ranges = 0, {}
        for parent, end in sorted(self.branches(timeline).items()):
            ranges[parent] = range(begin, end // (self.size or 1))
            begin = ranges[parent].stop
        ranges[timeline] = range(begin, sys.maxsize)
        return {
            number: time
            for (one, number), time in self.segments.items()
            if number in ranges.get(one, ())
        }

    def reach(self, backup: BaseBackup, timeline: int) -> Reach:
        """How far the log reaches on that timeline, from a backup that leads to it."""
        times, last = self.of(timeline), self.number(backup.begin_wal) - 1
        while last + 1 in times:
            last += 1
        written = datetime.fromtimestamp(times.get(last, 0), UTC)
        return Reach(last, written, gap=max(times, default=0) > last)


def set_aside(directory: Path) -> None:
    """Let the stream begin without what it had, which stays for restores: see Wal."""
    into = directory / "set-aside"
    into.mkdir(exist_ok=True)
    for file in (directory / "streaming").glob("*"):
        file.rename(into / file.name)

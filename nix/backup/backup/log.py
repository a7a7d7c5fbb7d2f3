"""The database's write-ahead log as the backups have it: which segments, and where one is missing.

A segment's name is its timeline, the upper half of its address and its number in there, eight
hexadecimal digits each (PostgreSQL's documentation, "WAL Internals").
"""

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from backup.barman import BaseBackup

SEGMENT = re.compile(r"([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})(\.partial)?")
SWITCH = re.compile(r"^\s*(\d+)\s+([0-9A-F]+)/([0-9A-F]+)", re.MULTILINE)

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def address(lsn: str) -> int:
    """Of a place in the log, in bytes from its beginning."""
    upper, lower = lsn.split("/")
    return int(upper, 16) << 32 | int(lower, 16)


@dataclass(frozen=True)
class Reach:
    """How far the log goes on from a base backup without a gap."""

    until: datetime  # everything until then is there
    gap: bool  # there is more of the log after a missing segment


class Log:
    """Of Barman's folders wals and streaming, and of set-aside, where a stream that began anew left
    what it had.

    Args:
        directory: what Barman keeps of the server.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.wals = directory / "wals"
        self.folders = (self.wals, directory / "streaming", directory / "set-aside")
        self.segments = {
            (int(found[1], 16), int(found[2], 16), int(found[3], 16)): file
            for folder in self.folders
            for file in folder.rglob("*")
            if (found := SEGMENT.fullmatch(file.name))
        }

    def newest_timeline(self) -> int:
        """0 where there is no log."""
        return max((timeline for timeline, _, _ in self.segments), default=0)

    def branches(self, timeline: int) -> dict[int, int]:
        """Where the timelines before this one ended, by their number, in bytes of the log."""
        for folder in self.folders:
            history = folder / f"{timeline:08X}.history"
            if history.exists():
                return {
                    int(parent): address(f"{upper}/{lower}")
                    for parent, upper, lower in SWITCH.findall(history.read_text())
                }
        return {}

    def leads_to(self, backup: BaseBackup, timeline: int) -> bool:
        """Whether the timeline goes on from the backup's."""
        return backup.timeline == timeline or address(backup.end_lsn) <= self.branches(
            timeline
        ).get(backup.timeline, -1)

    def reach(self, backup: BaseBackup, timeline: int) -> Reach:
        """How far the log reaches on that timeline, from a backup that leads to it."""
        begin = backup.begin_wal
        each = (1 << 32) // (self.wals / begin[:16] / begin).stat().st_size
        files = {
            upper * each + lower: file
            for (of, upper, lower), file in sorted(self.segments.items())
            if of <= timeline
        }
        last = int(begin[8:16], 16) * each + int(begin[16:], 16)
        while last + 1 in files:
            last += 1
        written = datetime.fromtimestamp(files[last].stat().st_mtime, UTC)
        gap = max(files) > last
        return Reach(written if gap else max(written, streamed_until(self.directory)), gap)


def streamed_until(directory: Path) -> datetime:
    """Until when the stream is known to be whole; long ago where nothing is known."""
    file = directory / "streamed-until"
    return datetime.fromisoformat(file.read_text()) if file.exists() else NEVER


def note_streamed(directory: Path, until: datetime) -> None:
    """Write it down.

    Raises:
        OSError: the disk is full.
    """
    new = directory / "streamed-until.new"
    new.write_text(until.isoformat())
    new.rename(directory / "streamed-until")


def set_aside(directory: Path) -> None:
    """Let the stream begin without what it had, which stays for restores: see Log.

    Its last segment says by its time until when it is whole.
    """
    into = directory / "set-aside"
    into.mkdir(exist_ok=True)
    until = streamed_until(directory).timestamp()
    for file in (directory / "streaming").glob("*"):
        file = file.rename(into / file.name)
        if file.stat().st_mtime < until:
            os.utime(file, (until, until))

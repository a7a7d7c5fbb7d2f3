"""What tests make by hand, as Barman and PostgreSQL leave it on the disk."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from backup.barman import BaseBackup
from backup.database import Facts
from backup.spans import Spans

SIZE = 1 << 20  # bytes of a segment: the least that PostgreSQL can have
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
# Of a whole base backup, as Barman 3.20 writes it: meta/NAME-backup.info.
INFO = """\
backup_name=None
backup_label=None
begin_offset=40
begin_time={begin}
begin_wal={begin_wal}
begin_xlog=0/2000028
cluster_size=30000000
compression=None
config_file=/data/postgresql.conf
deduplicated_size=30000000
end_offset=256
end_time={end}
end_wal={begin_wal}
end_xlog={end_lsn}
error=None
mode=postgres
pgdata=/data
server_name=backup
size=30000000
status={status}
systemid=7000000000000000000
tablespaces=None
timeline={timeline}
version=170006
xlog_segment_size=1048576
"""


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def segment(folder: Path, name: str, time: datetime = NOON, size: int = SIZE) -> Path:
    """A file of the log, last written to at that time."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    with file.open("wb") as opened:
        opened.truncate(size)
    os.utime(file, (time.timestamp(), time.timestamp()))
    return file


def base_backup(
    end: datetime = NOON,
    timeline: int = 1,
    begin_wal: str = "000000010000000000000002",
    end_lsn: str = "0/2000100",
) -> BaseBackup:
    return BaseBackup(f"{end:%Y%m%dT%H%M%S}", timeline, begin_wal, end_lsn, end)


def write_base_backup(
    directory: Path, backup: BaseBackup, status: str = "DONE"
) -> Path:
    """Its folder, with one file."""
    meta, data = directory / "meta", directory / "base" / backup.name / "data"
    meta.mkdir(parents=True, exist_ok=True)
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("17\n")
    (meta / f"{backup.name}-backup.info").write_text(
        INFO.format(
            begin=backup.end - minutes(1),
            begin_wal=backup.begin_wal,
            end=backup.end,
            end_lsn=backup.end_lsn,
            status=status,
            timeline=backup.timeline,
        )
    )
    return data.parent


FIRST, SECOND = base_backup(), base_backup(NOON + minutes(60))


def name(number: int) -> str:
    """Of a segment of the first timeline."""
    return f"0000000100000000{number:08X}"


def write_backups(directory: Path) -> None:
    """Two base backups, one that was cut short, and the log since the first."""
    for backup in (FIRST, SECOND):
        write_base_backup(directory, backup)
    write_base_backup(directory, base_backup(NOON + minutes(90)), "FAILED")
    for number in (2, 3):
        segment(directory / "wals/0000000100000000", name(number))
    segment(directory / "streaming", name(4))
    segment(directory / "streaming", f"{name(5)}.partial")
    segment(directory / "set-aside", name(1))
    (directory / "wals/xlog.db").write_text("")
    spans = Spans(directory)
    spans.begin(1, NOON, lost=False)
    spans.reach(NOON + minutes(99), 99)


WELL = Facts(
    time=NOON,
    since=NOON - minutes(60),
    written=1000,
    sent=1000,
    received=1000,
    slot="reserved",
    active=True,
    kept=0,
    limit=2 << 30,
    system="7000000000000000000",
    timeline=1,
    former=None,
)


def facts(**changed: Any) -> Facts:
    """Of a database that is streamed and well, but for what is changed."""
    return replace(WELL, **changed)

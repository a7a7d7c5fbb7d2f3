"""Restores: the database as it was at a moment, in an empty PGDATA."""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import NoReturn

import psycopg2

from backup.barman import (
    Barman,
    BaseBackup,
    end_children,
    is_of,
    lead_children,
    words_of,
)
from backup.database import Database, Facts
from backup.progress import megabytes, percent, progress, size
from backup.settings import SERVER, Settings, fail, in_words, in_words_after, report
from backup.spans import Spans
from backup.wal import SWITCH, Reach, Wal, address

# Where a backup is made into a database; db takes no such directory for one.
STAGING = ".restore"
CATCH_UP = 30  # seconds at most
PAGE_HEADER = (
    64  # bytes that may be between the end of a record and the next one's beginning
)

# Of Barman's, in a directory that it restored.
LEFT_BY_BARMAN = (".barman-recover.info", "barman_wal", "*.origin", "backup_manifest.*")


def moment(text: str) -> datetime:
    """A time as ISO 8601 has it; UTC where it says nothing else.

    Raises:
        SystemExit: it is none, or it lies ahead.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        fail(f"{text} is no time, such as 2026-01-31T12:30:00+00:00.")
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    if time > datetime.now(UTC):
        fail(f"{time.isoformat()} lies ahead.")
    return time


def timeline_number(text: str) -> int:
    """The number of a timeline, 32 bits that are not 0.

    Raises:
        SystemExit: it is none.
    """
    if not re.fullmatch("[1-9][0-9]{0,9}", text) or int(text) >= 1 << 32:
        fail(f"{text} is no timeline: `list` has their numbers.")
    return int(text)


def lock(data: Path) -> None:
    """Take the lock that db takes, too, until this process ends.

    Raises:
        SystemExit: it cannot be used, or a database runs on it.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(data, os.O_RDONLY)
    except OSError as error:
        fail(
            f"PGDATA ({data}) cannot be written by uid {os.geteuid()}, "
            f"which must be that of db: {error.strerror}."
        )
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fail(
            f"PGDATA ({data}) is in use: stop its database first "
            "(docker compose stop db)."
        )
    except OSError:
        fail(
            f"PGDATA ({data}) is on a file system without locks: "
            "move it to a local one."
        )


def is_whole(data: Path) -> bool:
    return (data / "PG_VERSION").exists()


def empty(data: Path) -> None:
    """Remove what a restore that was cut short has left; nothing else may be there.

    Raises:
        SystemExit: there is something else.
    """
    if is_whole(data):
        fail(
            f"PGDATA ({data}) holds a database, which was left as it is: "
            "add --set-aside to keep it beside the restored one, or empty the volume."
        )
    names = {file.name for file in data.iterdir()} - {"lost+found"}
    if names and STAGING not in names:
        fail(f"PGDATA ({data}) is not empty, and was left as it is.")
    for name in names:
        remove(data / name)


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def rename_former(data: Path) -> Path:
    """Rename a database that is in the way; its new path.

    Raises:
        SystemExit: it is a volume of its own.
    """
    aside = data.with_name(f"{data.name}-before-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    try:
        data.rename(aside)
    except OSError as error:
        fail(
            f"PGDATA ({data}) cannot be renamed, and was left as it is: "
            f"{error.strerror}."
        )
    report(f"what was in PGDATA is in {aside}; remove it when you do not need it.")
    return aside


def which_timeline(wal: Wal, spans: Spans, time: datetime | None) -> int:
    """The timeline that the database had at the moment.

    Raises:
        SystemExit: nobody knows.
    """
    if span := spans.at(time):
        return span.timeline
    timelines = wal.timelines()
    if not timelines:
        fail("there is no base backup yet.")
    if len(timelines) > 1:
        fail(
            "the log has several timelines: name one (--timeline), "
            "of those that `list` has."
        )
    return timelines[0]


def choose(
    backups: list[BaseBackup], wal: Wal, timeline: int, time: datetime | None
) -> BaseBackup:
    """The newest backup before the moment from which the timeline goes on.

    Raises:
        SystemExit: there is none.
    """
    backups = [backup for backup in backups if wal.leads_to(backup, timeline)]
    if not backups:
        fail(f"there is no base backup yet from which timeline {timeline} goes on.")
    before = [backup for backup in backups if time is None or backup.end <= time]
    if not before:
        oldest = in_words_after(backups[0].end)
        fail(
            f"no backup is that old: the first moment that can be restored is {oldest}."
        )
    return before[-1]


def known_until(
    spans: Spans, reach: Reach, backup: BaseBackup, timeline: int, now: Facts | None
) -> tuple[datetime, int]:
    """Until when the log after a backup is known to be whole; its end then, in bytes.

    Args:
        now: what the database says that streams now, all of which is received.
    """
    known, is_lost = spans.whole_until(timeline, backup.end)
    if reach.gap and not is_lost:  # a file that somebody removed
        return reach.written, 0
    if now and now.timeline == timeline and not reach.gap:
        return now.time, now.written
    return max(known.until, backup.end), known.end


@contextmanager
def recovery(data: Path, *options: str) -> Iterator[Path]:
    """PostgreSQL on a directory, without clients, once it has replayed; its output.

    Raises:
        subprocess.CalledProcessError: it refused.
    """
    with tempfile.TemporaryDirectory() as run:
        settings = {
            "config_file": os.environ["BACKUP_POSTGRESQL_CONF"],
            "hba_file": os.environ["BACKUP_PG_HBA"],
            "listen_addresses": "",
            "unix_socket_directories": run,
            "hot_standby": "off",
            # What ALTER SYSTEM may have set.
            "archive_mode": "off",
            "logging_collector": "off",
            "recovery_min_apply_delay": "0",
        }
        words = [f"-c {name}='{value}'" for name, value in settings.items()]
        words += [f"-c {option}" for option in options]
        output = Path(run, "log")
        command = ["pg_ctl", f"--pgdata={data}", "--silent", f"--log={output}"]
        try:
            subprocess.run(
                [*command, f"--options={' '.join(words)}", "start"],
                stderr=subprocess.DEVNULL,  # of which the log tells more
                check=True,
            )
            with progress("replaying the log", lambda: replayed_bytes(data)):
                while not is_recovered(data):
                    subprocess.run(
                        [*command, "status"], stdout=subprocess.DEVNULL, check=True
                    )
                    sleep(0.2)
            yield output
        except subprocess.CalledProcessError as error:
            error.output = output.read_text() if output.exists() else ""
            raise
        finally:
            subprocess.run([*command, "--mode=fast", "stop"], stderr=subprocess.DEVNULL)


def control(data: Path, name: str) -> str:
    """What the directory's control file says; empty while it is being written."""
    facts = subprocess.run(
        ["pg_controldata", str(data)],
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        text=True,
    ).stdout
    found = re.search(rf"^{name}: +(.+)$", facts, re.MULTILINE)
    return found[1] if found else ""


def is_recovered(data: Path) -> bool:
    """Whether the server on it has replayed the log and would take writes."""
    return control(data, "Database cluster state") == "in production"


def replayed_bytes(data: Path) -> str:
    """How much of the log its files have, since they were copied."""
    begin = control(data, "Latest checkpoint's REDO location") or "0/0"
    reached = control(data, "Minimum recovery ending location") or "0/0"
    return megabytes(max(address(reached) - address(begin), 0))


def replay(staging: Path, time: datetime | None, known: datetime, end: int) -> None:
    """Replay the log until the moment.

    Args:
        known: until when the log is known to be whole.
        end: where it was then, in bytes.

    Raises:
        SystemExit: PostgreSQL refused, or stopped too early; its words are printed.
    """
    try:
        with recovery(staging) as output:
            words = output.read_text()
    except subprocess.CalledProcessError as error:
        ended = (
            "recovery ended before configured recovery target was reached"
            in error.output
        )
        if not (ended and time):
            print(error.output)
            fail("PostgreSQL could not finish the recovery: its words above say why.")
        if time > known:
            fail(
                f"the log is known to reach {in_words(known)}, "
                f"and not {in_words_after(time)}: "
                "without --to you get all of it."
            )
        # Nothing was written between the last transaction and the moment.
        with recovery(staging, "recovery_target_time=") as output:
            words = error.output + output.read_text()
    if (
        "recovery stopping before" not in words
        and ended_at(staging) < end - PAGE_HEADER
    ):
        print(words)
        fail(
            "the log cannot be read to its end, a part is damaged: "
            "name an earlier moment (--to)."
        )
    report(replayed(words))


def ended_at(staging: Path) -> int:
    """Where the recovery ended, in bytes of the log: the new timeline begins there."""
    history = max((staging / "pg_wal").glob("*.history"))
    *_, last = SWITCH.findall(history.read_text())
    return address(last[1])


def replayed(words: str) -> str:
    """What PostgreSQL says of where it stopped."""
    stopped = re.findall(r"recovery stopping before [^,]*, time (.*)", words)
    last = re.findall(r"last completed transaction was at log time (.*)", words)
    if stopped:
        return f"the first transaction that is not there any more is of {stopped[-1]}."
    return (
        f"the last transaction that is there is of {last[-1]}."
        if last
        else "nothing to replay."
    )


def place(staging: Path, data: Path) -> None:
    """Make the directory a database, which PG_VERSION marks.

    After a power cut, all of it is there or nothing.
    """
    for pattern in LEFT_BY_BARMAN:
        for file in staging.glob(pattern):
            remove(file)
    for file in staging.iterdir():
        if file.name != "PG_VERSION":
            file.rename(data / file.name)
    os.sync()
    (staging / "PG_VERSION").rename(data / "PG_VERSION")
    staging.rmdir()
    os.sync()


def catch_up(settings: Settings) -> Facts | None:
    """Wait until what a database that runs has written is received; what it said then.

    None where it does not run, or nobody receives.
    """
    database = Database(settings)
    try:
        facts = database.ask()
        if not is_of(settings.directory, facts.system):  # such as after an upgrade
            return None
        for _ in range(CATCH_UP * 10):
            now = database.ask()
            if not now.active:
                return None
            if (now.sent or 0) >= facts.written:
                sleep(0.5)  # until it is in its file
                return facts
            sleep(0.1)
    except psycopg2.Error:
        pass
    finally:
        database.close()
    return None


def stop(*_: object) -> NoReturn:
    fail("the restore was stopped; nothing is lost.")


@dataclass(frozen=True)
class Plan:
    """What a restore takes."""

    backup: BaseBackup
    timeline: int
    known: datetime  # until when the log after the backup is known to be whole
    end: int  # where it was then, in bytes
    segment: int  # bytes of each of its files


def make_plan(
    settings: Settings, barman: Barman, time: datetime | None, timeline: int | None
) -> Plan:
    """Find what a restore to that moment takes.

    Raises:
        SystemExit: the backups do not have it.
    """
    now = catch_up(settings)
    backups = barman.backups()  # which may take a while, in which segments move on
    wal, spans = Wal(settings.directory), Spans(settings.directory)
    timeline = timeline or which_timeline(wal, spans, time)
    backup = choose(backups, wal, timeline, time)
    reach = wal.reach(backup, timeline)
    known, end = known_until(spans, reach, backup, timeline, now)
    if reach.gap and (time is None or time > known):
        fail(
            f"the log has a gap after {in_words(known)}: "
            "name an earlier moment (--to), or one after the next base backup."
        )
    return Plan(backup, timeline, known, end, wal.size)


def restore(
    settings: Settings,
    barman: Barman,
    time: datetime | None,
    timeline: int | None,
    aside: bool,
) -> None:
    """Put the database as it was at that moment into PGDATA.

    Args:
        time: None for the newest that the backups have.
        timeline: None for the one that the database had then.
        aside: whether a database that is there is renamed.

    Raises:
        SystemExit: it cannot be done; PGDATA is as it was.
    """
    lead_children()
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    lock(settings.data)
    if not (aside and is_whole(settings.data)):
        empty(settings.data)
    plan = make_plan(settings, barman, time, timeline)
    base = settings.directory / "base" / plan.backup.name / "data"
    verify(base)
    # For fetch-wal.
    os.environ.update(BACKUP_DIR=str(settings.home))
    os.environ["BACKUP_SEGMENT"] = str(plan.segment)
    with room(settings.data) as staging:
        copy_base(barman, plan.backup, base, staging, plan.timeline, time)
        replay(staging, time, plan.known, plan.end)
        shutil.move(
            staging / "postgresql.auto.conf.origin", staging / "postgresql.auto.conf"
        )
        place(staging, settings.data)
    report(f"PGDATA ({settings.data}) is restored; its database can start.")


def verify(base: Path) -> None:
    """Compare a base backup with its manifest.

    Raises:
        SystemExit: it is damaged; PostgreSQL's words are printed.
    """
    sys.stdout.flush()
    how = "--progress" if sys.stdout.isatty() else "--quiet"
    command = ["pg_verifybackup", "--no-parse-wal", how, str(base)]
    if subprocess.run(command).returncode:
        fail(
            f"the base backup {base.parent.name} is damaged: "
            "name a moment before it (--to)."
        )


@contextmanager
def room(data: Path) -> Iterator[Path]:
    """An empty directory in PGDATA, which is as it was where what follows fails."""
    aside = rename_former(data) if is_whole(data) else None
    if aside:
        lock(data)
    staging = data / STAGING
    try:
        data.chmod(0o700)
        staging.mkdir(mode=0o700)
        yield staging
    except BaseException:
        end_children()
        sleep(1)  # until nobody writes there
        if not is_whole(data):
            empty(data)
            if aside:
                data.rmdir()
                aside.rename(data)
        raise


def copy_base(
    barman: Barman,
    backup: BaseBackup,
    base: Path,
    staging: Path,
    timeline: int,
    time: datetime | None,
) -> None:
    """Copy the base backup, whose files are in `base`, ready to replay the log.

    Raises:
        SystemExit: Barman failed; its words are printed.
    """
    what = f"copying the base backup of {in_words(backup.end)}"
    report(f"{what}…")
    whole = size(base)
    target = [f"--target-time={time.isoformat(sep=' ')}"] if time else []
    try:
        with progress(what, lambda: percent(size(staging), whole)):
            barman.run(
                "restore",
                "--get-wal",
                f"--restore-command={os.environ['BACKUP_FETCH']} %f %p",
                f"--target-tli={timeline}",
                "--target-action=promote",
                *target,
                SERVER,
                backup.name,
                str(staging),
            )
    except subprocess.CalledProcessError as error:
        print(words_of(error))
        fail("Barman could not copy the base backup: its words above say why.")

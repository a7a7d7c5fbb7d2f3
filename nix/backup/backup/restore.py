"""Restores: the database as it was at a moment, in an empty PGDATA that nobody serves."""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from time import sleep

import psycopg2

from backup.barman import Barman, BaseBackup
from backup.database import Database
from backup.log import Log
from backup.settings import SERVER, Settings, fail, tell, told

# What is made of a backup before it is the database: db takes no such directory for one.
STAGING = ".restore"
CATCH_UP = 30  # seconds at most

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


def lock(data: Path) -> None:
    """Take the lock that db takes, too, until this process ends.

    Raises:
        SystemExit: it cannot be used, or a database runs on it.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        data.chmod(0o700)
        descriptor = os.open(data, os.O_RDONLY)
    except OSError as error:
        fail(
            f"PGDATA ({data}) cannot be written by uid {os.geteuid()}, which must be that of db: "
            f"{error.strerror}."
        )
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fail(f"PGDATA ({data}) is in use: stop db first (docker compose stop db).")
    except OSError:
        fail(f"PGDATA ({data}) is on a file system without locks: move it to a local one.")


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


def set_aside(data: Path) -> Path:
    """Rename a database that is in the way; its new path.

    Raises:
        SystemExit: it is a volume of its own.
    """
    aside = data.with_name(f"{data.name}-before-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    try:
        data.rename(aside)
    except OSError as error:
        fail(f"PGDATA ({data}) cannot be renamed, and was left as it is: {error.strerror}.")
    tell(f"what was in PGDATA is in {aside}; remove it when you do not need it.")
    return aside


def choose(
    barman: Barman, log: Log, timeline: int, time: datetime | None
) -> tuple[BaseBackup, datetime]:
    """The newest backup that is older than the moment and from which the timeline goes on, and
    until when the log after it is known to be whole.

    Raises:
        SystemExit: there is none, or the log that follows it does not reach the moment.
    """
    backups = [backup for backup in barman.backups() if log.leads_to(backup, timeline)]
    if not backups:
        fail(f"there is no base backup yet for timeline {timeline}.")
    before = [backup for backup in backups if time is None or backup.end <= time]
    if not before:
        oldest = told(backups[0].end)
        fail(f"no backup is that old: the first moment that can be restored is {oldest}.")
    reach = log.reach(before[-1], timeline)
    if reach.gap and (time is None or time > reach.until):
        fail(
            f"the log has a gap after {told(reach.until)}: name an earlier moment (--to), "
            "or one after the next base backup."
        )
    return before[-1], reach.until


@contextmanager
def recovery(data: Path, *options: str) -> Iterator[Path]:
    """PostgreSQL on a directory, without clients, once it has replayed what it shall; its log.

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
        }
        words = [f"-c {name}='{value}'" for name, value in settings.items()]
        words += [f"-c {option}" for option in options]
        output = Path(run, "log")
        command = ["pg_ctl", f"--pgdata={data}", "--silent", f"--log={output}"]
        try:
            subprocess.run([*command, f"--options={' '.join(words)}", "start"], check=True)
            while not is_recovered(data):
                subprocess.run([*command, "status"], stdout=subprocess.DEVNULL, check=True)
                sleep(0.2)
            yield output
        except subprocess.CalledProcessError as error:
            error.output = output.read_text() if output.exists() else ""
            raise
        finally:
            subprocess.run([*command, "--mode=fast", "stop"], stderr=subprocess.DEVNULL)


def is_recovered(data: Path) -> bool:
    """Whether the server on it has replayed the log and would take writes."""
    facts = subprocess.run(
        ["pg_controldata", str(data)], env={**os.environ, "LC_ALL": "C"}, capture_output=True
    ).stdout
    return re.search(rb"^Database cluster state: +in production$", facts, re.MULTILINE) is not None


def replay(staging: Path, time: datetime | None, known: datetime) -> None:
    """Replay the log until the moment; `known` is until when it is known to be whole.

    Raises:
        SystemExit: PostgreSQL refused; its words are printed.
    """
    try:
        with recovery(staging) as output:
            tell(replayed(output.read_text()))
    except subprocess.CalledProcessError as error:
        ended = "recovery ended before configured recovery target was reached" in error.output
        if not (ended and time):
            print(error.output)
            fail("PostgreSQL could not finish the recovery: its words above say why.")
        if time > known:
            fail(f"the log is known to reach {told(known)}, and not {told(time)}.")
        # Nothing was written between the last transaction and the moment.
        with recovery(staging, "recovery_target_time=''") as output:
            tell(replayed(output.read_text()))


def replayed(words: str) -> str:
    """What PostgreSQL says of where it stopped."""
    stopped = re.findall(r"recovery stopping before [^,]*, time (.*)", words)
    last = re.findall(r"last completed transaction was at log time (.*)", words)
    if stopped:
        return f"the first transaction that is not there any more is of {stopped[-1]}."
    return f"the last transaction that is there is of {last[-1]}." if last else "nothing to replay."


def place(staging: Path, data: Path) -> None:
    """Make the directory a database, which PG_VERSION marks: all or nothing after a power cut."""
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


def catch_up(settings: Settings) -> None:
    """Wait until what a database that runs has written is received."""
    database = Database(settings)
    with suppress(psycopg2.Error):
        written = database.ask().written
        for _ in range(CATCH_UP * 10):
            facts = database.ask()
            if not facts.active or (facts.sent or 0) >= written:
                break
            sleep(0.1)
    database.close()


def restore(
    settings: Settings, barman: Barman, time: datetime | None, timeline: int | None, aside: bool
) -> None:
    """Put the database as it was at that moment into PGDATA.

    Args:
        time: None for the newest that the backups have.
        timeline: None for the newest.
        aside: whether a database that is there is renamed.

    Raises:
        SystemExit: it cannot be done; PGDATA is as it was.
    """
    signal.signal(signal.SIGTERM, lambda *_: fail("the restore was stopped; nothing is lost."))
    lock(settings.data)
    if not (aside and is_whole(settings.data)):
        empty(settings.data)
    catch_up(settings)
    log = Log(settings.directory)
    timeline = timeline or log.newest_timeline()
    backup, known = choose(barman, log, timeline, time)
    with room(settings.data) as staging:
        copy(barman, backup, staging, timeline, time)
        replay(staging, time, known)
        shutil.move(staging / "postgresql.auto.conf.origin", staging / "postgresql.auto.conf")
        place(staging, settings.data)
    tell(f"PGDATA ({settings.data}) is restored; start db.")


@contextmanager
def room(data: Path) -> Iterator[Path]:
    """An empty directory in PGDATA; where what is done with it fails, PGDATA is as it was."""
    aside = set_aside(data) if is_whole(data) else None
    if aside:
        lock(data)
    staging = data / STAGING
    staging.mkdir(mode=0o700)
    try:
        yield staging
    except BaseException:
        if not is_whole(data):
            empty(data)
            if aside:
                data.rmdir()
                aside.rename(data)
        raise


def copy(
    barman: Barman, backup: BaseBackup, staging: Path, timeline: int, time: datetime | None
) -> None:
    """Copy the base backup, ready to replay the log.

    Raises:
        SystemExit: Barman failed; its words are printed.
    """
    tell(f"copying the base backup of {told(backup.end)}…")
    target = [f"--target-time={time.isoformat(sep=' ')}"] if time else []
    try:
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
        print(error.stdout)
        fail("Barman could not copy the base backup: its words above say why.")

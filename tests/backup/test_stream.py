"""The stream ends, is cut or loses its slot: it begins anew and says what it lacks."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.backup import Backup, keep, kept, receiver
from support.processes import BACKUP_PASSWORD, Database
from support.program import running
from support.waiting import wait_until


def wait_until_new(backup: Backup) -> None:
    """Until what is written now is received."""
    now = time.time()
    wait_until(lambda: backup.streamed_until() > now)


def test_receiver_that_ends_begins_again(backup: Backup, database: Database):
    before = receiver(backup.process.pid)
    os.kill(before, signal.SIGKILL)
    begun = time.monotonic()
    wait_until(lambda: receiver(backup.process.pid) not in (None, before))
    print(f"streams again after {time.monotonic() - begun:.1f} s")
    wait_until_new(backup)
    assert backup.metric("backup_last_gap_timestamp_seconds") == 0


def test_stream_goes_on_after_the_database_was_away(
    backup: Backup, database: Database, look: Database
):
    for end in (database.stop, database.kill):
        keep(database, 1)
        end()
        database.start()
        keep(database, 2)
        wait_until_new(backup)
    assert backup.metric("backup_last_gap_timestamp_seconds") == 0
    backup.restore(look.directory / "data")
    with running(look):
        assert kept(look) == kept(database)


def test_backup_that_is_killed_goes_on(
    backup: Backup, database: Database, look: Database
):
    keep(database, 3)
    receiving = receiver(backup.process.pid)
    backup.kill()
    os.kill(receiving, signal.SIGKILL)
    keep(database, 4)
    backup.start()
    wait_until_new(backup)
    assert backup.metric("backup_last_gap_timestamp_seconds") == 0
    backup.restore(look.directory / "data")
    with running(look):
        assert kept(look) == kept(database)


def test_new_base_backup_is_taken_when_the_last_one_is_old(backup: Backup):
    first = backup.metric("backup_last_success_timestamp_seconds")
    (info,) = (backup.directory / "backup/meta").glob("*.info")
    assert time.time() - first < 24 * 3600
    backup.stop()
    text = info.read_text()
    moment = datetime.fromtimestamp(first - 25 * 3600, UTC)
    yesterday = f"{moment:%Y-%m-%d %H:%M:%S.000000+00:00}"
    lines = [
        f"end_time={yesterday}" if line.startswith("end_time=") else line
        for line in text.splitlines()
    ]
    info.write_text("\n".join(lines) + "\n")
    backup.start()
    wait_until(
        lambda: backup.metric("backup_last_success_timestamp_seconds") > first,
        seconds=120,
    )


@pytest.fixture
def narrow(place: Path) -> Iterator[Database]:
    """A database that keeps little of its log for a backup that is away.

    Autovacuum would write more than that at once, and lose the slot of one that is not.
    """
    limits = {"max_slot_wal_keep_size": "2MB", "max_wal_size": "4MB"}
    with running(Database(place / "db", autovacuum="off", **limits)) as narrow:
        narrow.run_sql("CREATE TABLE kept (number integer)")
        yield narrow


def lose_slot(database: Database) -> None:
    database.run_sql("CREATE TABLE IF NOT EXISTS filler (text text)")
    query = "SELECT wal_status FROM pg_replication_slots"
    for _ in range(60):
        database.run_sql(
            "INSERT INTO filler SELECT repeat('x', 1000) FROM generate_series(1, 5000)"
        )
        checkpoint(database)
        if database.run_sql(query) == "lost":
            return
    raise AssertionError(database.run_sql(query))


def checkpoint(database: Database) -> None:
    """As the role that may."""
    command = [
        *database.client("psql", "backup"),
        "--dbname=postgres",
        "--command=CHECKPOINT",
    ]
    subprocess.run(
        command, env={**os.environ, "PGPASSWORD": BACKUP_PASSWORD}, check=True
    )


def test_lost_slot_is_made_anew_and_told(narrow: Database, place: Path, look: Database):
    backup = Backup(place / "backup", narrow)
    with running(backup):
        keep(narrow, 1)
        time.sleep(0.1)
        before = datetime.now(UTC)
        wait_until_new(backup)
        first = backup.metric("backup_last_success_timestamp_seconds")
        assert backup.stop() == 0
        keep(narrow, 2)
        lose_slot(narrow)
        lost = datetime.now(UTC)
        keep(narrow, 3)
        backup.start()
        wait_until(lambda: backup.metric("backup_last_gap_timestamp_seconds") > 0)
        wait_until(lambda: backup.metric("backup_slot_well") == 1)
        wait_until(
            lambda: backup.metric("backup_last_success_timestamp_seconds") > first,
            seconds=120,
        )
        keep(narrow, 4)
        data = look.directory / "data"
        # Within the gap nothing can be restored, and before and after it all.
        assert "the log has a gap after" in backup.refuses(
            data, "restore", f"--to={lost.isoformat()}"
        )
        for moment, rows in ((before, [1]), (None, [1, 2, 3, 4])):
            backup.restore(data, moment)
            with running(look):
                assert kept(look) == rows
            shutil.rmtree(data)


def test_restored_database_is_backed_up_again(place: Path, look: Database):
    """In place, twice: to a moment before, then to a later one of the first life."""
    database = Database(place / "db")
    with running(database), running(Backup(place / "backup", database)) as backup:
        database.run_sql("CREATE TABLE kept (number integer)")
        moments = []
        for number in (1, 2, 3):
            keep(database, number)
            time.sleep(0.1)
            moments.append(datetime.now(UTC))
            time.sleep(0.1)
        first = backup.metric("backup_last_success_timestamp_seconds")
        database.stop()
        backup.restore(database.directory / "data", moments[0], "--set-aside")
        database.start()
        assert kept(database) == [1]
        keep(database, 10)
        wait_until(
            lambda: backup.metric("backup_last_success_timestamp_seconds") > first,
            seconds=120,
        )
        assert backup.metric("backup_last_gap_timestamp_seconds") == 0
        keep(database, 11)
        data = look.directory / "data"
        for moment, more, rows in (
            (None, [], [1, 10, 11]),
            (moments[1], [], [1, 2]),
            (None, ["--timeline=1"], [1, 2, 3]),
        ):
            backup.restore(data, moment, *more)
            with running(look):
                assert kept(look) == rows
            shutil.rmtree(data)


def test_database_that_ends_again_and_again_loses_nothing(
    backup: Backup, database: Database, look: Database
):
    for number in range(20, 26):
        keep(database, number)
        database.kill()
        time.sleep(1)
        database.start()
    wait_until_new(backup)
    assert backup.metric("backup_last_gap_timestamp_seconds") == 0
    backup.restore(look.directory / "data")
    with running(look):
        assert kept(look) == kept(database)


def test_gap_is_remembered_until_there_is_a_base_backup(narrow: Database, place: Path):
    """Also where the backup is restarted in between."""
    backup = Backup(place / "backup", narrow)
    with running(backup):
        first = backup.metric("backup_last_success_timestamp_seconds")
        assert backup.stop() == 0
        lose_slot(narrow)
        backup.start()
        wait_until(lambda: backup.metric("backup_last_gap_timestamp_seconds") > 0)
        assert backup.stop() == 0
        backup.start()
        wait_until(
            lambda: backup.metric("backup_last_success_timestamp_seconds") > first,
            seconds=120,
        )
        assert backup.metric("backup_last_gap_timestamp_seconds") > 0


def test_database_that_was_set_aside_can_come_back(place: Path, look: Database):
    """The newest restore is then of its timeline, not of the highest one."""
    database = Database(place / "db")
    data = database.directory / "data"
    with running(database), running(Backup(place / "backup", database)) as backup:
        database.run_sql("CREATE TABLE kept (number integer)")
        keep(database, 1)
        time.sleep(0.1)
        moment = datetime.now(UTC)
        time.sleep(0.1)
        keep(database, 2)
        wait_until_new(backup)
        database.stop()
        backup.restore(data, moment, "--set-aside")
        database.start()
        wait_until(
            lambda: "timeline 2 " in backup.run(place, "list").stdout, seconds=120
        )
        database.stop()
        shutil.rmtree(data)
        (aside,) = database.directory.glob("data-before-*")
        aside.rename(data)
        database.start()
        keep(database, 3)
        wait_until_new(backup)
        backup.restore(look.directory / "data")
        with running(look):
            assert kept(look) == [1, 2, 3]


def test_what_a_restored_database_wrote_unseen_is_not_taken_for_restored(
    place: Path, look: Database
):
    database = Database(place / "db")
    data = database.directory / "data"
    with running(database), running(Backup(place / "backup", database)) as backup:
        database.run_sql(
            "CREATE TABLE kept (number integer); CREATE TABLE filler (text text)"
        )
        keep(database, 1)
        time.sleep(0.1)
        moment = datetime.now(UTC)
        time.sleep(0.1)
        keep(database, 2)
        fill = (
            "INSERT INTO filler SELECT repeat('x', 1000) FROM generate_series(1, 10000)"
        )
        database.run_sql(fill)
        wait_until_new(backup)
        first = backup.metric("backup_last_success_timestamp_seconds")
        assert backup.stop() == 0
        database.stop()
        backup.restore(data, moment, "--set-aside")
        database.start()
        keep(database, 10)
        time.sleep(0.1)
        unseen = datetime.now(UTC)
        time.sleep(0.1)
        database.run_sql(fill)
        database.run_sql("DROP TABLE filler")
        checkpoint(database)
        backup.start()
        wait_until(
            lambda: backup.metric("backup_last_success_timestamp_seconds") > first,
            seconds=120,
        )
        ended = backup.run(
            look.directory / "data", "restore", f"--to={unseen.isoformat()}"
        )
        if ended.returncode == 0:
            with running(look):
                assert kept(look) == [1, 10]
            shutil.rmtree(look.directory / "data")
        backup.restore(look.directory / "data")
        with running(look):
            assert kept(look) == [1, 10]

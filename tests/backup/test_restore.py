"""What a restore refuses, and what it leaves as it is."""

import os
import shutil
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.backup import Backup, keep, kept
from support.processes import NAME, PASSWORD, Database, free_port
from support.program import running
from support.waiting import wait_until


def contents(data: Path) -> set[str]:
    return {str(file.relative_to(data)) for file in data.rglob("*")}


def test_moment_between_two_rows(backup: Backup, database: Database, look: Database):
    keep(database, 1)
    time.sleep(0.1)
    moment = datetime.now(UTC)
    time.sleep(0.1)
    keep(database, 2)
    backup.restore(look.directory / "data", moment)
    with running(look):
        assert 1 in kept(look)
        assert 2 not in kept(look)
        assert look.run_sql("SHOW data_checksums") == "on"
    # What Barman and the recovery need is not left behind.
    left = contents(look.directory / "data")
    assert not {
        name
        for name in left
        if "barman" in name or name.endswith((".origin", ".signal"))
    }
    settings = (look.directory / "data/postgresql.auto.conf").read_text()
    assert "recovery" not in settings
    assert "restore_command" not in settings


def test_newest_moment_of_a_database_that_runs(
    backup: Backup, database: Database, look: Database
):
    keep(database, 3)
    backup.restore(look.directory / "data")
    with running(look):
        assert kept(look) == kept(database)


def test_idle_database_is_restored_to_a_moment_after_its_last_row(
    backup: Backup, database: Database, look: Database
):
    keep(database, 4)
    moment = datetime.now(UTC) + timedelta(seconds=1)
    wait_until(lambda: backup.streamed_until() > moment.timestamp())
    backup.restore(look.directory / "data", moment)
    with running(look):
        assert 4 in kept(look)


def test_roles_have_the_passwords_of_today(backup: Backup, look: Database):
    backup.restore(look.directory / "data")
    look.environment |= {"POSTGRES_PASSWORD": "today's"}
    with running(look):
        login = [*look.client("psql"), "--command", "SELECT 1"]
        for password, status in (("today's", 0), (PASSWORD, 2)):
            environment = {**os.environ, "PGPASSWORD": password}
            assert subprocess.run(login, env=environment).returncode == status


def test_running_database_is_refused(backup: Backup, database: Database):
    before = kept(database)
    for more in ([], ["--set-aside"]):
        assert "in use: stop its database first" in backup.refuses(
            database.directory / "data", "restore", *more
        )
    keep(database, 5)
    assert kept(database) == [*before, 5]


def test_directory_with_anything_is_refused(backup: Backup, place: Path):
    data = place / "look/data"
    data.mkdir()
    (data / "of-somebody").write_text("kept")
    assert "is not empty" in backup.refuses(data, "restore")
    assert contents(data) == {"of-somebody"}


def test_database_that_is_there_is_refused_or_set_aside(
    backup: Backup, database: Database, look: Database
):
    data = look.directory / "data"
    with running(look):
        look.run_sql("CREATE TABLE mine (number integer)")
    before = contents(data)
    assert "holds a database, which was left as it is" in backup.refuses(
        data, "restore"
    )
    assert contents(data) == before
    # Nothing is set aside for a restore that cannot be.
    assert "lies ahead" in backup.refuses(
        data, "restore", "--set-aside", "--to=2999-01-01"
    )
    assert contents(data) == before
    backup.restore(data, None, "--set-aside")
    with running(look):
        assert kept(look) == kept(database)
    (aside,) = look.directory.glob("data-before-*")
    assert contents(aside) == before


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("yesterday", "yesterday is no time"),
        ("2999-01-01T00:00:00", "lies ahead"),
        ("2020-01-01T00:00:00", "the first moment that can be restored is "),
    ],
)
def test_moment_that_cannot_be_is_refused(
    backup: Backup, place: Path, to: str, sentence: str
):
    assert sentence in backup.refuses(place / "look/data", "restore", f"--to={to}")
    assert not contents(place / "look/data")


def test_moment_that_the_log_does_not_reach_is_refused(
    backup: Backup, database: Database, place: Path
):
    """The stream was cut: nobody knows what was written before the moment."""
    copy = place / "copy"
    shutil.copytree(backup.directory, copy)
    moment = datetime.now(UTC)
    keep(database, 6)
    refused = backup.refuses(
        place / "look/data",
        "restore",
        f"--to={moment.isoformat()}",
        BACKUP_DIR=str(copy),
        POSTGRES_PORT=str(free_port()),  # the database is away
    )
    assert "the log is known to reach" in refused
    assert not contents(place / "look/data")


def test_restore_that_is_stopped_leaves_an_empty_directory(backup: Backup, place: Path):
    data = place / "look/data"
    for number in (signal.SIGTERM, signal.SIGKILL):
        restore = subprocess.Popen(
            ["service-backup", "restore"],
            env={**backup.environment, "PGDATA": str(data)},
            start_new_session=True,
        )
        wait_until((data / ".restore/base").exists)
        os.killpg(
            restore.pid, number
        ) if number == signal.SIGKILL else restore.send_signal(number)
        restore.wait(60)
        if number == signal.SIGTERM:
            assert not contents(data)
    assert contents(data)
    backup.restore(data)


def test_copy_of_the_backups_can_be_restored(
    backup: Backup, database: Database, look: Database, place: Path
):
    keep(database, 7)
    copy = place / "copy"
    copy.mkdir()
    assert f"{copy} has all backups" in backup.run(place, "copy", str(copy)).stdout
    ended = backup.run(
        look.directory / "data",
        "restore",
        BACKUP_DIR=str(copy),
        POSTGRES_PORT=str(free_port()),
    )
    assert ended.returncode == 0, ended.stdout
    with running(look):
        assert 7 in kept(look)


def test_what_can_be_restored_is_listed(backup: Backup, place: Path):
    listed = backup.run(place, "list").stdout
    assert ": from " in listed
    assert "timeline 1 is known to reach " in listed


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"POSTGRES_BACKUP_PASSWORD": ""}, "set POSTGRES_BACKUP_PASSWORD or"),
        ({"POSTGRES_BACKUP_PASSWORD_FILE": "/nowhere"}, "not both"),
        ({"BACKUP_DAYS": "a week"}, "BACKUP_DAYS must be a whole number of days"),
        ({"BACKUP_DIR": "/proc/backup"}, "must be a directory that uid"),
        ({}, "is in use by another backup"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    backup: Backup, place: Path, variables: dict[str, str], sentence: str
):
    assert sentence in backup.refuses(place, **variables)


def test_database_is_named_that_the_backups_are_not_of(backup: Backup, place: Path):
    """Nothing of another cluster comes among them."""
    with running(Database(place / "db")) as stranger:
        copy = place / "copy"
        shutil.copytree(backup.directory, copy)
        output = place / "output"
        other = Backup(copy, stranger)
        other.output_file = output
        segments = {file.name for file in copy.rglob("0*")}
        with running(other):
            wait_until(
                lambda: "is another one than the backups are of" in output.read_text()
            )
            time.sleep(5)
        assert {file.name for file in copy.rglob("0*")} == segments
        assert NAME not in stranger.run_sql(
            "SELECT slot_name FROM pg_replication_slots"
        )


def segments(backup: Backup) -> list[Path]:
    """What is archived of the log, the oldest first."""
    return sorted((backup.directory / "backup/wals").glob("0*/0*"))


@pytest.fixture
def copied(backup: Backup, database: Database, place: Path) -> Path:
    """Backups that a test may damage, then rows 100 to 102 in segments of their own."""
    for number in (100, 101, 102):
        keep(database, number)
        assert (
            backup.run(place, "barman", "switch-wal", "--force", "backup").returncode
            == 0
        )
        archived = len(segments(backup))
        keep(database, number)
        wait_until(lambda archived=archived: archive(backup, place) > archived)
    copy = place / "copied"
    shutil.copytree(backup.directory, copy)
    return copy


def archive(backup: Backup, place: Path) -> int:
    backup.run(place, "barman", "archive-wal", "backup")
    return len(segments(backup))


def test_damaged_segment_is_told_and_does_not_end_the_restore_early(
    backup: Backup, copied: Path, place: Path
):
    away = {"BACKUP_DIR": str(copied), "POSTGRES_PORT": str(free_port())}
    wals = sorted((copied / "backup/wals").glob("0*/0*"))
    damaged = wals[-3]
    damaged.chmod(0o600)
    with damaged.open("r+b") as file:
        file.seek(200)
        file.write(b"\xff" * 4000)
    assert "cannot be read to its end" in backup.refuses(
        place / "look/data", "restore", **away
    )
    damaged.chmod(0)
    assert "could not finish the recovery" in backup.refuses(
        place / "look/data", "restore", **away
    )
    damaged.unlink()
    assert "the log has a gap after" in backup.refuses(
        place / "look/data", "restore", **away
    )
    assert not contents(place / "look/data")


def test_damaged_base_backup_is_told(backup: Backup, copied: Path, place: Path):
    (newest,) = sorted((copied / "backup/base").iterdir())[-1:]
    table = max(
        (newest / "data/base").glob("*/*"), key=lambda file: file.stat().st_size
    )
    table.unlink()
    refused = backup.refuses(place / "look/data", "restore", BACKUP_DIR=str(copied))
    assert f"the base backup {newest.name} is damaged" in refused


def test_restore_of_a_database_that_is_written_to(
    backup: Backup, database: Database, look: Database
):
    """Segments move on while it looks at them."""
    database.run_sql("CREATE TABLE IF NOT EXISTS busy (text text)")
    insert = "INSERT INTO busy SELECT repeat('x', 1000) FROM generate_series(1, 500);"
    with database.psql() as psql:
        for number in range(3):
            psql.stdin.write(f"{insert * 40}\n")
            psql.stdin.flush()
            written = f"SELECT count(*) > {number * 20_000} FROM busy"
            wait_until(lambda written=written: database.run_sql(written) == "t")
            backup.restore(look.directory / "data")
            with running(look):
                assert look.run_sql(written) == "t"
            shutil.rmtree(look.directory / "data")
        psql.stdin.close()


def test_copy_into_the_backups_themselves_is_refused(backup: Backup, place: Path):
    assert "must be apart" in backup.refuses(place, "copy", str(backup.directory))

"""An older database becomes one of this version, and nothing is missing."""

import subprocess
from pathlib import Path

import pytest

from support.processes import NAME, Database
from support.program import running
from support.upgrade import OldDatabase, Upgrade, superuser, version

COPY: tuple[str, ...] = ()
LINK = ("--link", "--without-backup")
MODES = pytest.mark.parametrize("mode", [COPY, LINK], ids=["copy", "link"])


def rows(database: Database) -> int:
    return int(database.run_sql("SELECT count(*) FROM kept"))


def check_all(database: Database) -> None:
    assert (
        database.run_sql("SELECT count(*), sum(length(word)) FROM kept")
        == "1000 | 2880000"
    )
    inserted = database.run_sql("INSERT INTO kept (word) VALUES ('x') RETURNING number")
    assert inserted == "1001"
    assert database.run_sql("SELECT convert_from(lo_get(7), 'UTF8')") == "large"
    assert rows_of_reader(database, "few") == "3"
    assert "permission denied" in rows_of_reader(database, "kept")
    assert reader(database, "SHOW statement_timeout") == "7s"
    assert database.run_sql("SHOW work_mem") == "9MB"
    assert database.run_sql("SHOW data_checksums") == "on"
    serving = f"SELECT rolcanlogin FROM pg_roles WHERE rolname = '{NAME}_serve'"
    assert database.run_sql(serving) == "t"
    counted = "SELECT reltuples FROM pg_class WHERE relname = 'kept'"
    assert database.run_sql(counted) == "1000"
    assert int(
        database.run_sql("SELECT count(*) FROM pg_stats WHERE tablename = 'kept'")
    )


def reader(database: Database, statement: str) -> str:
    """Of a role that `db` does not know: it comes in with the password that it had."""
    ended = subprocess.run(
        [
            *database.client("psql", "reader"),
            "--tuples-only",
            "--no-align",
            "--command",
            statement,
        ],
        env=database.environment | {"PGPASSWORD": "r"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return ended.stdout.strip()


def rows_of_reader(database: Database, table: str) -> str:
    return reader(database, f"SELECT count(*) FROM {table}")


def aside(data: Path) -> list[Path]:
    return sorted(data.parent.glob("data-*"))


@MODES
def test_everything_survives(data: Path, new: Database, mode: tuple[str, ...]):
    Upgrade(data, *mode).succeeds()
    with running(new):
        check_all(new)
    assert not list(data.glob("*upgrade*")) + list(data.glob("*.sh"))
    if mode:
        assert not aside(data)


def test_old_data_stay_aside_and_serve(data: Path, old: OldDatabase, new: Database):
    said = Upgrade(data).succeeds()
    (before,) = aside(data)
    assert f"what was in PGDATA is in {before};" in said
    with running(new):
        new.run_sql("DELETE FROM kept")
    data.rename(data.with_name("new"))
    before.rename(data)
    with running(old):
        assert rows(old) == 1000


def test_second_run_changes_nothing(data: Path, new: Database):
    Upgrade(data).succeeds()
    before = aside(data)
    assert "already: nothing is to do" in Upgrade(data).succeeds()
    assert aside(data) == before
    with running(new):
        assert rows(new) == 1000


def test_killed_database_is_upgraded_with_its_last_row(
    data: Path, old: OldDatabase, new: Database
):
    with running(old):
        old.run_sql("INSERT INTO kept (word) VALUES ('last')")
        old.kill()
    assert "it starts and stops once" in Upgrade(data).succeeds()
    with running(new):
        assert new.run_sql("SELECT word FROM kept WHERE number = 1001") == "last"


# What it says before each of its steps, and pg_upgrade before each of its own.
STEPS = [
    "making an empty cluster",
    "pg_upgrade begins",
    "Performing Consistency Checks",
    "Creating dump of database schemas",
    "Freezing all rows",
    "Restoring global objects",
    "Restoring database schemas",
    "user relation files",
    "Setting next OID",
    "Sync data directory",
    "Checking for extension updates",
    "is of PostgreSQL 17 now",
    "counting for the planner",
]
# Until then both modes do the same.
LINKED = ["suffix to old", *STEPS[STEPS.index("user relation files") :]]
KILLS = [(COPY, step) for step in STEPS] + [(LINK, step) for step in LINKED]


@pytest.mark.parametrize(("mode", "step"), KILLS)
def test_kill_loses_nothing(
    data: Path, old: OldDatabase, new: Database, mode: tuple[str, ...], step: str
):
    Upgrade(data, *mode).kill_at(step)
    if version(data) == "15":
        # The start of `db` refuses, and leaves a database that the old one serves.
        ended = subprocess.run(
            new.command, env=new.environment, stderr=subprocess.PIPE, text=True
        )
        assert "run db-upgrade" in ended.stderr
        with running(old):
            assert rows(old) == 1000
    else:
        with running(new):
            assert rows(new) == 1000
    Upgrade(data, *mode).succeeds()
    with running(new):
        assert rows(new) == 1000
    left = [path.name for path in aside(data)]
    assert len(left) == (0 if mode else 1), left


def check_untouched(data: Path, old: OldDatabase) -> None:
    assert not aside(data)
    with running(old):
        assert rows(old) == 1000


def test_database_in_use_is_refused(data: Path, old: OldDatabase):
    with running(old):
        assert "is in use by another PostgreSQL" in Upgrade(data).refuses()
        assert rows(old) == 1000


def test_start_during_an_upgrade_serves_nothing(data: Path, new: Database):
    """It waited for the lock of a directory that is not PGDATA any more."""
    command, environment = Upgrade(data).command, Upgrade(data).environment
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True
    ) as upgrade:
        assert upgrade.stdout
        assert (
            "pg_upgrade begins" in upgrade.stdout.readline() + upgrade.stdout.readline()
        )
        start = subprocess.run(
            new.command, env=new.environment, stderr=subprocess.PIPE, text=True
        )
        upgrade.communicate()
    assert upgrade.returncode == 0
    assert "has just been replaced" in start.stderr or "is in use" in start.stderr
    with running(new):
        assert rows(new) == 1000


@MODES
def test_what_pg_upgrade_refuses_is_named(
    data: Path, old: OldDatabase, mode: tuple[str, ...]
):
    with running(old):
        superuser(old, NAME, "CREATE TABLE odd (number integer, function regproc)")
    said = Upgrade(data, *mode).refuses()
    assert "public.odd.function" in said
    assert said.endswith(f"PGDATA ({data}) is as it was, of PostgreSQL 15.\n")
    check_untouched(data, old)


@MODES
def test_failure_half_way_is_undone(
    data: Path, old: OldDatabase, mode: tuple[str, ...]
):
    """Such as of a new minor release that is older than what the old one writes."""
    with running(old):
        odd = "UPDATE pg_class SET reloptions = '{odd=1}' WHERE relname = 'kept'"
        superuser(old, NAME, odd)
    said = Upgrade(data, *mode).refuses()
    assert 'unrecognized parameter "odd"' in said
    check_untouched(data, old)


def test_prepared_transaction_is_named(data: Path):
    old = OldDatabase(data.parent, max_prepared_transactions="1")
    with running(old):
        old.run_sql("BEGIN; DELETE FROM kept; PREPARE TRANSACTION 'open'")
    assert "contains prepared transactions" in Upgrade(data).refuses()
    check_untouched(data, old)


@MODES
def test_setting_that_is_unknown_now(
    data: Path, old: OldDatabase, mode: tuple[str, ...]
):
    """Else the new database would be in place and not start."""
    with running(old):
        superuser(old, "postgres", "ALTER SYSTEM SET old_snapshot_threshold = '60min'")
    said = Upgrade(data, *mode).refuses()
    assert 'unrecognized configuration parameter "old_snapshot_threshold"' in said
    assert "ALTER SYSTEM" in said
    check_untouched(data, old)


@pytest.mark.parametrize("found", ["14", "18"])
def test_other_versions_are_refused(data: Path, old: OldDatabase, found: str):
    (data / "PG_VERSION").write_text(f"{found}\n")
    said = Upgrade(data).refuses()
    assert f"is of PostgreSQL {found}, and this image goes from 15 to 17" in said
    (data / "PG_VERSION").write_text("15\n")
    check_untouched(data, old)


def test_disk_without_room_is_refused(data: Path, tmp_path: Path):
    small = tmp_path / "small"
    small.mkdir()
    megabytes = sum(file.stat().st_size for file in data.rglob("*")) >> 20
    script = f'cp -rp {data} {small} && "$@"; ls {small}'
    said = Upgrade(small / "data").run(
        *(
            "--size",
            str((megabytes + 60) << 20),
            "--tmpfs",
            str(small),
            "bash",
            "-c",
            script,
            "bash",
        )
    )
    assert "MB free, and a copy needs" in said.stdout
    assert said.stdout.endswith("\ndata\n")


def test_link_without_backups_is_refused(data: Path, old: OldDatabase, tmp_path: Path):
    upgrade = Upgrade(data, "--link", BACKUP_DIR=str(tmp_path))
    assert "has no backups of this database" in upgrade.refuses()
    check_untouched(data, old)


@pytest.mark.parametrize("words", [["--lnk"], ["now"]])
def test_unknown_words(data: Path, words: list[str]):
    assert f"{words[0]} is not known" in Upgrade(data, *words).refuses()


def test_empty_volume(tmp_path: Path):
    (tmp_path / "data").mkdir()
    assert "holds no database" in Upgrade(tmp_path / "data").refuses()

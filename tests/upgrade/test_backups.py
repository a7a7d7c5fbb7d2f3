"""Backups of a database that is upgraded: nothing has to be done for them."""

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from support.backup import Backup
from support.processes import Database
from support.program import running
from support.upgrade import OLD, OldDatabase, Upgrade, version
from support.waiting import wait_until


@pytest.fixture
def after(old: OldDatabase) -> Database:
    """The service of today, where the one before was."""
    new = Database(old.directory, port=str(old.port))
    new.port = old.port
    return new


@pytest.fixture
def backup(tmp_path: Path, old: OldDatabase) -> Backup:
    (tmp_path / "backup").mkdir()
    return Backup(tmp_path / "backup", old)


def with_old_programs(folder: Path, backup: Backup, former: Path) -> Backup:
    """The image of the version before, on the backups that were kept."""
    script = folder / "service-backup"
    text = Path(shutil.which("service-backup") or "").read_text()
    script.write_text(text.replace('export PATH="', f'export PATH="{OLD}:'))
    script.chmod(0o700)
    backup.environment |= {
        "BACKUP_DIR": str(former),
        "PATH": f"{folder}:{backup.environment['PATH']}",
    }
    return backup


def insert(database: Database, backup: Backup, word: str) -> datetime:
    """A row of which the backups know; a moment after it."""
    database.run_sql(f"INSERT INTO kept (word) VALUES ('{word}')")
    moment = datetime.now(UTC)
    wait_until(lambda: backup.streamed_until() > moment.timestamp())
    return moment


def words(database: Database) -> str:
    query = "SELECT string_agg(word, ' ' ORDER BY number) FROM kept WHERE number > 1000"
    return database.run_sql(query)


def restored(backup: Backup, look: Database, to: datetime | None = None) -> str:
    """The rows of a restore."""
    backup.restore(look.directory / "data", to)
    with running(look):
        return words(look)


def has_succeeded_since(backup: Backup, moment: float) -> bool:
    """Whether it tells so; for another database its service begins anew."""
    try:
        return backup.metric("backup_last_success_timestamp_seconds") > moment
    except (requests.ConnectionError, IndexError):
        return False


def test_backups_go_on(
    data: Path, old: OldDatabase, after: Database, backup: Backup, tmp_path: Path
):
    for name in ("now", "then", "programs"):
        (tmp_path / name).mkdir()
    with running(old), running(backup):
        moment = insert(old, backup, "before")
        insert(old, backup, "later")
        old.stop()
        Upgrade(data).succeeds()
        began = time.time()
        with running(after):
            wait_until(lambda: has_succeeded_since(backup, began), 90)
            insert(after, backup, "after")
            now = Database(tmp_path / "now")
            assert restored(backup, now) == "before later after"
            assert version(tmp_path / "now/data") == "17"
            (former,) = backup.directory.glob("postgresql-15-until-*")
            assert str(former) in backup.run(data, "list").stdout
            then = OldDatabase(tmp_path / "then")
            kept = with_old_programs(tmp_path / "programs", backup, former)
            assert restored(kept, then, moment) == "before"
            shutil.rmtree(then.data)
            assert restored(kept, then) == "before later"
            assert version(then.data) == "15"


def test_link_wants_backups_that_have_all(
    data: Path, old: OldDatabase, after: Database, backup: Backup
):
    upgrade = Upgrade(data, "--link", BACKUP_DIR=str(backup.directory))
    with running(old), running(backup):
        insert(old, backup, "here")
    with running(old):
        old.run_sql("INSERT INTO kept (word) VALUES ('missing')")
    assert "the backups lack the end of the log" in upgrade.refuses()
    with running(backup), running(old):
        insert(old, backup, "here, too")
    upgrade.succeeds()
    with running(after):
        assert words(after) == "here missing here, too"
        with running(backup):
            wait_until(lambda: list(backup.directory.glob("postgresql-15-until-*")))
            wait_until(backup.is_ready, 90)
            insert(after, backup, "after")

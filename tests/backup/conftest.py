"""A database with backups, for the tests that destroy neither."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.backup import Backup
from support.processes import Database
from support.program import running


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("db", "look", "backup", "server"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with running(Database(tmp_path_factory.mktemp("db"))) as database:
        database.run_sql("CREATE TABLE kept (number integer)")
        yield database


@pytest.fixture(scope="module")
def backup(
    tmp_path_factory: pytest.TempPathFactory, database: Database
) -> Iterator[Backup]:
    with running(Backup(tmp_path_factory.mktemp("backup"), database)) as backup:
        yield backup


@pytest.fixture
def look(place: Path) -> Iterator[Database]:
    """A second database, which is not started: its data are restored first."""
    look = Database(place / "look")
    yield look
    look.end()

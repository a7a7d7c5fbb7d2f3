"""A database of the version before, with what pg_upgrade must carry."""

from pathlib import Path

import pytest

from support.processes import NAME, Database
from support.program import running
from support.upgrade import OldDatabase, copied, make, superuser

FILL = f"""
CREATE EXTENSION pg_stat_statements;
SET ROLE {NAME};
CREATE TABLE kept (number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, word text);
INSERT INTO kept (word) SELECT repeat(md5(n::text), 90) FROM generate_series(1, 1000) n;
CREATE INDEX ON kept (word text_pattern_ops) WHERE number < 9;
CREATE VIEW few AS SELECT * FROM kept WHERE number < 4;
SELECT lo_from_bytea(7, 'large');
RESET ROLE;
CREATE ROLE reader LOGIN PASSWORD 'r';
GRANT CONNECT ON DATABASE {NAME} TO reader;
GRANT SELECT ON few TO reader;
ALTER ROLE reader SET statement_timeout = '7s';
ALTER SYSTEM SET work_mem = '9MB'
"""


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its directory, which tests copy."""
    directory = tmp_path_factory.mktemp("filled")
    make(directory)
    with running(OldDatabase(directory)) as database:
        superuser(database, NAME, *FILL.strip().split(";\n"))
    return directory / "data"


@pytest.fixture
def data(filled: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return copied(filled, tmp_path)


@pytest.fixture
def old(data: Path) -> OldDatabase:
    """The server of the version before on it."""
    return OldDatabase(data.parent)


@pytest.fixture
def new(data: Path) -> Database:
    """The service of today on it."""
    return Database(data.parent)

"""`migrate` beside a database that is not there yet, or refuses it."""

import subprocess

import pytest

from support.processes import PASSWORD, Database, Server


class Migrate(Server):
    """The image's command, as the owner of the tables."""

    def __init__(self, directory, database, **variables: str) -> None:
        owner = {"POSTGRES_SERVE_PASSWORD": "", "POSTGRES_PASSWORD": PASSWORD}
        super().__init__(directory, database, "migrate", **{**owner, **variables})

    def started(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self.command,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def starting(tmp_path):
    """A database that a test starts."""
    database = Database(tmp_path / "db")
    database.directory.mkdir()
    yield database
    database.end()


def test_it_waits_until_its_database_is_there(tmp_path, starting):
    with Migrate(tmp_path, starting).started() as process:
        first = process.stderr.readline()
        assert first.startswith("The database is not there (")
        assert first.endswith("): waiting for it for two minutes.\n")
        starting.start()
        assert process.wait(240) == 0
        assert process.stderr.read() == ""


def test_it_says_that_the_name_of_its_database_is_unknown(tmp_path, starting):
    """Such as that of a headless Service without a pod that is ready."""
    with Migrate(tmp_path, starting, POSTGRES_HOST="db.invalid").started() as process:
        assert "The database is not there (" in process.stderr.readline()
        assert process.poll() is None
        process.terminate()


@pytest.mark.parametrize(
    "refused",
    [
        {"POSTGRES_PASSWORD": "wrong"},
        {"POSTGRES_USER": "nobody"},
        {"POSTGRES_DB": "nothing"},
    ],
    ids=["password", "role", "database"],
)
def test_what_postgresql_refuses_ends_it_at_once(tmp_path, database, refused):
    process = Migrate(tmp_path, database, **refused).started()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.startswith("manage.py: the database does not let this in: ")
    assert errors.count("\n") == 1

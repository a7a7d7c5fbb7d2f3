"""Settings of a test's own, with the real Barman; a real PostgreSQL for all tests."""

import os
import subprocess
import sys

import pytest

from backup.barman import Barman
from backup.settings import Settings
from tests.server import Server, free_port


@pytest.fixture
def settings(tmp_path):
    """Of a home for backups with the folder of Barman's server; no database answers."""
    home = tmp_path / "home"
    settings = Settings(
        home=home,
        data=tmp_path / "data",
        host=str(tmp_path),
        port=5432,
        days=7,
        hours=24,
        listen=f"127.0.0.1:{free_port()}",
    )
    settings.directory.mkdir(parents=True)
    return settings


@pytest.fixture
def directory(settings):
    return settings.directory


@pytest.fixture
def barman(settings):
    return Barman(settings.configure())


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def no_slot(server):
    """The server without a replication slot, before the test and after it."""
    server.drop_slot()
    yield server
    server.drop_slot()


@pytest.fixture
def served(settings, server):
    """The settings, with the real server as the database."""
    settings.host = str(server.directory)
    return settings


@pytest.fixture
def environment(settings):
    """What the commands read of it: the settings, as variables."""

    def environment():
        others = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PG", "POSTGRES_"))
        }
        return others | {
            "BACKUP_DIR": str(settings.home),
            "BACKUP_LISTEN": settings.listen,
            "PGDATA": str(settings.data),
            "POSTGRES_HOST": settings.host,
        }

    return environment


@pytest.fixture
def run(environment):
    """Run a command; what it says, and its status."""

    def run(*arguments):
        ended = subprocess.run(
            [sys.executable, "-m", "backup", *arguments],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        return ended.stdout, ended.returncode

    return run

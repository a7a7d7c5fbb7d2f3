"""A PostgreSQL that others run: docs/production.md's steps make its roles."""

import subprocess

import pytest
import requests
from processes import Server, free_port
from waiting import wait_until

SETUP = """
CREATE ROLE acme LOGIN CREATEROLE PASSWORD 'owner';
CREATE DATABASE acme OWNER acme;
"""


class ForeignDatabase:
    """A cluster that initdb made."""

    def __init__(self, directory) -> None:
        self.port = free_port()
        data = directory / "foreign"
        subprocess.run(
            ["initdb", "--pgdata", data, "--username=boss", "--auth=scram-sha-256", "--auth-local=trust"], check=True
        )
        arguments = ["-D", data, "-k", directory, "-c", f"port={self.port}", "-c", "listen_addresses=127.0.0.1"]
        self.process = subprocess.Popen(["postgres", *map(str, arguments)])
        self.client = ["--host", str(directory), "--port", str(self.port), "--username=boss", "--dbname=postgres"]
        wait_until(lambda: subprocess.run(["pg_isready", "--quiet", *self.client]).returncode == 0)
        subprocess.run(["psql", "--quiet", "--set=ON_ERROR_STOP=1", *self.client], input=SETUP, text=True, check=True)


@pytest.fixture
def foreign(tmp_path_factory):
    foreign = ForeignDatabase(tmp_path_factory.mktemp("f"))
    yield foreign
    foreign.process.terminate()
    foreign.process.wait(30)


def run(environment: dict[str, str], *command: str, **options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["service-server", *command], env=environment, capture_output=True, text=True, **options)


def test_its_roles_are_made_by_commands_and_serve(tmp_path, foreign):
    server = Server(
        tmp_path / "run", foreign, POSTGRES_USER="acme", POSTGRES_DB="acme", POSTGRES_SERVE_PASSWORD="serving"
    )
    owning = {**server.environment, "POSTGRES_SERVE_PASSWORD": "", "POSTGRES_PASSWORD": "owner"}
    made = run(owning, "manage", "createservingrole", input="serving\n")
    assert made.returncode == 0, made.stderr
    migrated = run(owning, "migrate")
    assert migrated.returncode == 0, migrated.stderr
    again = run(owning, "manage", "createservingrole", input="serving\n")
    assert again.returncode == 1
    assert "acme_serve is there" in again.stderr
    assert "Traceback" not in again.stderr

    server.start()
    try:
        assert requests.get(f"{server.url}/healthcheck/", timeout=10).ok
        assert requests.post(f"{server.url}/tweet/", json={"text": "t"}, timeout=10).status_code == 201
        checked = run(server.environment, "manage", "check", "--deploy", "--database", "default")
        assert checked.returncode == 0
        assert "chassis.W00" not in checked.stderr
    finally:
        server.stop()

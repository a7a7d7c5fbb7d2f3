"""A PostgreSQL that others run: docs/production.md's steps make its roles."""

import os
import subprocess

import pytest
import requests

from support.processes import Server, free_port
from support.program import Program

SETUP = """
CREATE ROLE acme LOGIN CREATEROLE PASSWORD 'owner';
CREATE DATABASE acme OWNER acme;
CREATE ROLE metrics LOGIN CONNECTION LIMIT 5 PASSWORD 'm';
GRANT pg_monitor TO metrics;
ALTER ROLE metrics SET default_transaction_read_only = on;
REVOKE ALL ON DATABASE acme FROM PUBLIC;
GRANT CONNECT ON DATABASE acme TO metrics;
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE postgres TO acme;
\\connect acme
REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), \
lo_from_bytea(oid, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), \
lo_from_bytea(oid, bytea) TO acme;
"""
REFUSED = {
    "acme": [
        "CREATE TEMPORARY TABLE t ()",
        "SELECT lo_create(0)",
        "TRUNCATE item_item",
    ],
    "postgres": ["SELECT 1"],
    "template1": ["SELECT 1"],
}


class ForeignDatabase(Program):
    """A cluster that initdb made."""

    def __init__(self, directory) -> None:
        self.port = free_port()
        data = directory / "foreign"
        subprocess.run(
            [
                "initdb",
                "--pgdata",
                data,
                "--username=boss",
                "--auth=scram-sha-256",
                "--auth-local=trust",
            ],
            check=True,
            timeout=120,
        )
        arguments = [
            "-D",
            data,
            "-k",
            directory,
            "-c",
            f"port={self.port}",
            "-c",
            "listen_addresses=127.0.0.1",
        ]
        super().__init__(["postgres", *map(str, arguments)])
        self.client = [
            "--host",
            str(directory),
            "--port",
            str(self.port),
            "--username=boss",
            "--dbname=postgres",
        ]

    def is_ready(self) -> bool:
        return (
            subprocess.run(
                ["pg_isready", "--quiet", *self.client], timeout=30
            ).returncode
            == 0
        )

    def asked(self, role: str, password: str, place: str, statement: str) -> str:
        """What psql prints for a statement."""
        command = [
            "psql",
            "--host=127.0.0.1",
            f"--port={self.port}",
            f"--username={role}",
        ]
        command += [f"--dbname={place}", "--no-psqlrc", "-qAtc", statement]
        environment = {**os.environ, "PGPASSWORD": password}
        ended = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60
        )
        return (ended.stdout + ended.stderr).strip()

    def set_up(self) -> None:
        command = ["psql", "--quiet", "--set=ON_ERROR_STOP=1", *self.client]
        subprocess.run(command, input=SETUP, text=True, check=True, timeout=60)


@pytest.fixture
def foreign(tmp_path_factory):
    foreign = ForeignDatabase(tmp_path_factory.mktemp("f"))
    foreign.start()
    foreign.set_up()
    yield foreign
    foreign.end()


def run(
    environment: dict[str, str], *command: str, **options: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["service-server", *command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        **options,
    )


def test_its_roles_are_made_by_commands_and_serve(tmp_path, foreign):
    server = Server(
        tmp_path / "run",
        foreign,
        POSTGRES_USER="acme",
        POSTGRES_DB="acme",
        POSTGRES_SERVE_PASSWORD="serving",
    )
    owning = {
        **server.environment,
        "POSTGRES_SERVE_PASSWORD": "",
        "POSTGRES_PASSWORD": "owner",
    }
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
        assert (
            requests.post(
                f"{server.url}/item/", json={"text": "t"}, timeout=10
            ).status_code
            == 201
        )
        checked = run(
            server.environment, "manage", "check", "--deploy", "--database", "default"
        )
        assert checked.returncode == 0
        assert "chassis.W00" not in checked.stderr
        for place, statements in REFUSED.items():
            for statement in statements:
                assert "permission denied" in foreign.asked(
                    "acme_serve", "serving", place, statement
                )
        assert foreign.asked("metrics", "m", "acme", "SELECT 'reached'") == "reached"
    finally:
        server.end()

"""A pooler between the server and the database: sessions are not the server's own."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from support.processes import NAME, SERVE_PASSWORD, free_port
from support.program import Program

TIMEOUTS = {
    "statement_timeout": "10s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "30s",
}


class Pooler(Program):
    """PgBouncer in transaction mode, with fewer connections than the server has."""

    stop_signal = signal.SIGQUIT  # others wait for its clients

    def __init__(self, directory, database) -> None:
        self.port = free_port()
        users = directory / "users.txt"
        users.write_text(f'"{NAME}_serve" "{SERVE_PASSWORD}"\n')
        configuration = directory / "pgbouncer.ini"
        configuration.write_text(f"""
[databases]
{NAME} = host=127.0.0.1 port={database.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {self.port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = transaction
default_pool_size = 2
""")
        super().__init__(["pgbouncer", "--quiet", str(configuration)])

    def is_ready(self) -> bool:
        asked = [
            "pg_isready",
            "--quiet",
            "--host=127.0.0.1",
            f"--port={self.port}",
            f"--dbname={NAME}",
        ]
        return subprocess.run(asked, timeout=30).returncode == 0

    def setting(self, name: str) -> str:
        """What a client sees of a setting, on whichever connection it gets."""
        command = [
            "psql",
            "--host=127.0.0.1",
            f"--port={self.port}",
            f"--username={NAME}_serve",
        ]
        command += [
            f"--dbname={NAME}",
            "--no-psqlrc",
            "--tuples-only",
            "--command",
            f"SHOW {name}",
        ]
        environment = {**os.environ, "PGPASSWORD": SERVE_PASSWORD}
        asked = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return asked.stdout.strip()


@pytest.fixture
def pooler(tmp_path, database):
    pooler = Pooler(tmp_path, database)
    pooler.start()
    yield pooler
    pooler.end()


@pytest.fixture
def server(start_server, pooler):
    return start_server(POSTGRES_PORT=str(pooler.port), UWSGI_PROCESSES="4")


def test_system_tests_pass_through_a_pooler(server):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        os.environ["systemTests"],
    ]
    environment = {
        **os.environ,
        "SYSTEM_TEST_METRICS_HOSTPORT": f"127.0.0.1:{server.metrics_port}",
    }
    subprocess.run(
        [*command, "--target", f"127.0.0.1:{server.port}"],
        env=environment,
        check=True,
        timeout=600,
    )


def test_timeouts_hold_and_nothing_of_a_session_is_left_behind(
    server, pooler, database
):
    with ThreadPoolExecutor(8) as pool:
        paths = ["/item/", "/healthcheck/"] * 50
        assert all(
            pool.map(
                lambda path: requests.get(f"{server.url}{path}", timeout=30).ok, paths
            )
        )
    with database.locked("item_item"):
        asked = time.monotonic()
        assert requests.get(f"{server.url}/item/", timeout=30).status_code == 503
        assert time.monotonic() - asked < 9
    for _ in range(4):
        assert {name: pooler.setting(name) for name in TIMEOUTS} == TIMEOUTS

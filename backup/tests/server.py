"""A real PostgreSQL on a UNIX socket, which a test may change at will."""

import re
import socket
import subprocess
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Self

import psycopg2

from tests.making import SIZE

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "max_wal_size": "2MB",
    "min_wal_size": "2MB",
    "max_slot_wal_keep_size": "64MB",
}


class Server:
    """A cluster with segments of 1 MB and the role `backup` as db makes it."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.data = directory, directory / "data"

    def __enter__(self) -> Self:
        subprocess.run(
            [
                *("initdb", "--no-sync", "--auth=trust", "--username=postgres"),
                *(f"--wal-segsize={SIZE >> 20}", f"--pgdata={self.data}"),
            ],
            stdout=subprocess.DEVNULL,
            check=True,
        )
        given = SETTINGS | {"unix_socket_directories": str(self.directory)}
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in given.items())
        self.control("start")
        roles = resources.files("chassis") / "roles"
        self.run_sql((roles / "backup.sql").read_text())
        return self

    def __exit__(self, *_: object) -> None:
        self.control("stop", "--mode=immediate")

    def control(self, *words: str) -> None:
        log = self.directory / "log"
        subprocess.run(
            ["pg_ctl", f"--pgdata={self.data}", f"--log={log}", "--silent", *words],
            check=True,
        )

    def run_sql(self, statement: str) -> str:
        """What it answers a superuser: the first field of the first row."""
        connection = psycopg2.connect(
            host=str(self.directory), user="postgres", dbname="postgres"
        )
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                row = cursor.fetchone() if cursor.description else None
                return str(row[0]) if row else ""
        finally:
            connection.close()

    def drop_slot(self) -> None:
        self.run_sql(
            "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots "
            "WHERE active"
        )
        active = "SELECT count(*) FROM pg_replication_slots WHERE active"
        wait_until(lambda: self.run_sql(active) == "0")
        self.run_sql(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
        )

    def fill(self, segments: int = 1) -> None:
        """Write so much that these segments of the log are full."""
        for _ in range(segments):
            self.run_sql("SELECT pg_logical_emit_message(false, '', 'x')")
            self.run_sql("SELECT pg_switch_wal()")


def rows(data: Path) -> list[int]:
    """What the table `kept` has, of a database that is not started."""
    command = ["postgres", "--single", "-D", str(data), "postgres"]
    select = "SELECT number FROM kept\n"
    ended = subprocess.run(command, input=select, capture_output=True, text=True)
    return [int(number) for number in re.findall(r'number = "(\d+)"', ended.stdout)]


def free_port(host: str = "127.0.0.1") -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], object], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)

"""Backups of a database that a test makes, and restores of it."""

import re
import subprocess
from datetime import datetime
from pathlib import Path

import requests

from support.processes import BACKUP_PASSWORD, Database, free_port
from support.program import Program


def metric(port: int, name: str) -> float:
    """A number of the backup service's, at its port of this machine."""
    text = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
    return float(re.findall(rf"^{name} (\S+)$", text, re.MULTILINE)[0])


class Backup(Program):
    """The backup service beside a database; ready once a first base backup is whole."""

    def __init__(self, directory: Path, database: Database, **variables: str) -> None:
        self.port = free_port()
        self.directory = directory
        super().__init__(
            ["service-backup"],
            {
                "BACKUP_DIR": str(directory),
                "BACKUP_LISTEN": f"127.0.0.1:{self.port}",
                "POSTGRES_HOST": "127.0.0.1",
                "POSTGRES_PORT": str(database.port),
                "POSTGRES_BACKUP_PASSWORD": BACKUP_PASSWORD,
                **variables,
            },
        )

    def metric(self, name: str) -> float:
        return metric(self.port, name)

    def is_ready(self) -> bool:
        try:
            return self.metric("backup_last_success_timestamp_seconds") > 0
        except requests.ConnectionError:
            return False

    def streamed_until(self) -> float:
        """Until when the log is known to be whole, in seconds of the epoch."""
        return self.metric("backup_streamed_until_timestamp_seconds")

    def run(
        self, data: Path, *arguments: str, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """A command beside the service, with PGDATA."""
        return subprocess.run(
            ["service-backup", *arguments],
            env={**self.environment, "PGDATA": str(data), **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )

    def restore(self, data: Path, to: datetime | None = None, *arguments: str) -> str:
        """What it says."""
        target = [f"--to={to.isoformat()}"] if to else []
        ended = self.run(data, "restore", *target, *arguments)
        print(ended.stdout)
        assert ended.returncode == 0, ended.stdout
        return ended.stdout

    def refuses(self, data: Path, *arguments: str, **variables: str) -> str:
        """The sentence with which it ends."""
        ended = self.run(data, *arguments, **variables)
        assert ended.returncode == 1, ended
        return ended.stdout.splitlines()[-1].removeprefix("backup: ")


def receiver(of: int) -> int | None:
    """The process that receives the log, somewhere below a process."""
    parents = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_text().split("\0")
            (parent,) = re.findall(r"PPid:\s+(\d+)", (process / "status").read_text())
        except OSError:
            continue
        parents[int(process.name)] = (int(parent), Path(words[0]).name)
    for pid, (parent, name) in parents.items():
        if "pg_receivewal" in name:
            while parent in parents and parent != of:
                parent = parents[parent][0]
            if parent == of:
                return pid
    return None


def keep(database: Database, number: int) -> None:
    database.run_sql(f"INSERT INTO kept VALUES ({number})")


def kept(database: Database) -> list[int]:
    return [
        int(line)
        for line in database.run_sql("SELECT number FROM kept ORDER BY 1").split()
    ]

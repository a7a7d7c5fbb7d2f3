"""The cluster's services as processes that a test starts, stops and kills."""

import fcntl
import os
import re
import signal
import socket
import subprocess
import termios
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import requests

from support import prometheus
from support.program import Program
from support.waiting import children, wait_until

PASSWORD = "p"
SERVE_PASSWORD = "s"
METRICS_PASSWORD = "m"
BACKUP_PASSWORD = "b"
# The database and the role that owns it.
NAME = os.environ["SERVICE_DATABASE"]
PASSWORDS = {
    "backup": BACKUP_PASSWORD,
    "metrics": METRICS_PASSWORD,
    f"{NAME}_serve": SERVE_PASSWORD,
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether a port of this machine takes connections."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(url: str) -> bool:
    """Whether it does so with 200."""
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False


class Database(Program):
    """PostgreSQL on the prepared data.

    Args:
        own: settings of postgresql.conf.
    """

    stop_signal = signal.SIGINT

    def __init__(self, directory: Path, **own: str) -> None:
        self.directory = directory
        self.port = free_port()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": directory,
            **own,
        }
        options = [
            word
            for name, value in settings.items()
            for word in ("-c", f"{name}={value}")
        ]
        super().__init__(
            ["service-db", *options],
            {
                "PGDATA": str(directory / "data"),
                "POSTGRES_INIT": "sample",
                "POSTGRES_PASSWORD": PASSWORD,
                "POSTGRES_SERVE_PASSWORD": SERVE_PASSWORD,
                "POSTGRES_METRICS_PASSWORD": METRICS_PASSWORD,
                "POSTGRES_BACKUP_PASSWORD": BACKUP_PASSWORD,
            },
        )

    def is_ready(self) -> bool:
        asked = [*self.client("pg_isready"), "--quiet"]
        # pg_isready is a process of its own: ask it once something listens.
        return listens(self.port) and subprocess.run(asked, timeout=30).returncode == 0

    def client(self, program: str, role: str = NAME) -> list[str]:
        return [
            program,
            "--host=127.0.0.1",
            f"--port={self.port}",
            f"--username={role}",
            f"--dbname={NAME}",
        ]

    def psql(self, *arguments: str, role: str = NAME) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [
                *self.client("psql", role),
                "--no-psqlrc",
                "--quiet",
                "--tuples-only",
                "--set=ON_ERROR_STOP=1",
                *arguments,
            ],
            env={**os.environ, "PGPASSWORD": PASSWORDS.get(role, PASSWORD)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if role == NAME else subprocess.STDOUT,
            text=True,
        )

    def run_sql(self, statement: str, role: str = NAME) -> str:
        """What psql prints for a statement; for roles but the owner, errors, too."""
        with self.psql("--command", statement, role=role) as psql:
            try:
                return psql.communicate(timeout=60)[0].strip()
            except subprocess.TimeoutExpired:
                psql.kill()
                raise

    def waiting(self) -> int:
        """How many of the server's connections wait for a lock; its role sees these."""
        query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return int(self.run_sql(query, f"{NAME}_serve"))

    @contextmanager
    def locked(self, table: str, mode: str = "ACCESS EXCLUSIVE") -> Iterator[None]:
        """Hold a lock of the table: by default, nobody else can read or write it."""
        with self.psql() as psql:
            assert psql.stdin
            assert psql.stdout
            psql.stdin.write(
                "BEGIN; SET LOCAL lock_timeout = '30s'; "
                f"LOCK TABLE {table} IN {mode} MODE; SELECT 'locked';\n"
            )
            psql.stdin.flush()
            assert psql.stdout.readline().strip() == "locked"
            yield

    @contextmanager
    def silenced(self) -> Iterator[None]:
        """Let it say nothing; the kernel still acknowledges what it is sent."""
        processes = [self.process.pid, *children(self.process.pid)]
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)


class Server(Program):
    """nginx, uWSGI and Django, in production settings but for TLS."""

    def __init__(
        self,
        directory: Path,
        database: "Database | Any",
        *command: str,
        **variables: str,
    ) -> None:
        self.port, self.metrics_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.directory = directory
        super().__init__(
            ["service-server", *command],
            {
                "RUN_DIR": str(directory),
                "SERVER_LISTEN": f"127.0.0.1:{self.port}",
                "SERVER_METRICS_LISTEN": f"127.0.0.1:{self.metrics_port}",
                "ALLOWED_HOSTS": "127.0.0.1",
                "API_ANONYMOUS_WRITES": "true",
                "BEHIND_TLS": "false",
                "DJANGO_SECRET_KEY": "k" * 50,
                "POSTGRES_HOST": "127.0.0.1",
                "POSTGRES_PORT": str(database.port),
                "POSTGRES_SERVE_PASSWORD": SERVE_PASSWORD,
                **variables,
            },
        )

    def start(self) -> None:
        # One is left of a life that was killed.
        (self.directory / "uwsgi.sock").unlink(missing_ok=True)
        super().start()

    def is_ready(self) -> bool:
        # nginx is there first, and what it answers until then is counted, too.
        return (self.directory / "uwsgi.sock").exists() and answers(
            f"{self.url}/healthcheck/live/"
        )

    def programs(self, name: str) -> list[int]:
        """The process ids of its children that run a program, such as rsyslog."""
        found = []
        for child in children(self.process.pid):
            with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
                if re.match(
                    rf"(\S*/)?\.?{name}", Path(f"/proc/{child}/cmdline").read_text()
                ):
                    found.append(child)
        return found

    def program(self, name: str) -> int:
        (pid,) = self.programs(name)
        return pid

    def output(self, name: str) -> int:
        """A descriptor of the program's standard output."""
        return os.open(f"/proc/{self.program(name)}/fd/1", os.O_WRONLY)

    def log(
        self, lines: Iterable[str], begin: str = "django: [-] INFO", timeout: float = 60
    ) -> None:
        """Write to the log socket, as the programs do.

        Raises:
            OSError: nobody reads, so that the socket stays full for so many seconds.
        """
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as syslog:
            syslog.settimeout(timeout)
            for line in lines:
                syslog.sendto(
                    f"<14>{begin} {line}".encode(), str(self.directory / "log.sock")
                )

    def wait_for_forwarder(self) -> None:
        """Return once the forwarder has read every line that was written before."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as syslog:
            mark = b"<14>django: [-] INFO everything before was read"
            syslog.sendto(mark, str(self.directory / "log.sock"))
            # Linux counts what the reader has not taken from a Unix socket as unsent.
            wait_until(lambda: not any(fcntl.ioctl(syslog, termios.TIOCOUTQ, bytes(4))))

    def samples(self) -> dict[str, float]:
        """The metrics by name and labels."""
        text = requests.get(
            f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=10
        ).text
        return {
            name: float(value)
            for name, value in re.findall(
                r"^([a-z][^ ]*(?:\{.*\})?) (\S+)$", text, re.MULTILINE
            )
        }


class LogServer(Program):
    """The log service on ports of its own."""

    def __init__(self, directory: Path) -> None:
        self.port, self.metrics_port = free_port(), free_port()
        self.directory = directory
        self.file = directory / "all.log"
        variables = {
            "LOG_DIR": str(directory),
            "LOG_LISTEN": f"127.0.0.1:{self.port}",
            "LOG_METRICS_LISTEN": f"127.0.0.1:{self.metrics_port}",
        }
        super().__init__(["service-log"], variables)

    @property
    def forwarding(self) -> dict[str, str]:
        """What a server or an edge is told, so that its lines come here."""
        return {"SYSLOG_HOST": "127.0.0.1", "SYSLOG_PORT": str(self.port)}

    def text(self) -> str:
        return self.file.read_text() if self.file.exists() else ""


class Service(Program):
    """A program that answers HTTP.

    Args:
        path: what it answers with 200 once it is ready.
        command, port, variables: it listens on that port of 127.0.0.1.
    """

    def __init__(self, path: str, *command: str, port: int, **variables: str) -> None:
        super().__init__(command, variables)
        self.url = f"http://127.0.0.1:{port}"
        self.path = path

    def is_ready(self) -> bool:
        return answers(f"{self.url}{self.path}")


class Prometheus(Service):
    """One that is asked for values of PromQL."""

    def query(self, expression: str) -> list[dict[str, Any]]:
        return prometheus.query(self.url, expression)

    def value(self, expression: str) -> float | None:
        return prometheus.value(self.url, expression)

"""The cluster's services as processes that a test starts, stops and kills."""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests
from waiting import children, wait_until

PASSWORD = "p"
SERVE_PASSWORD = "s"
METRICS_PASSWORD = "m"
# The database and the role that owns it.
NAME = os.environ["SERVICE_DATABASE"]
PASSWORDS = {"metrics": METRICS_PASSWORD, f"{NAME}_serve": SERVE_PASSWORD}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Database:
    """PostgreSQL on the prepared data."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()

    def start(self) -> None:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.directory,
        }
        arguments = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self.process = subprocess.Popen(
            ["service-db", *arguments],
            env={
                **os.environ,
                "PGDATA": str(self.directory / "data"),
                "POSTGRES_INIT": "sample",
                "POSTGRES_PASSWORD": PASSWORD,
                "POSTGRES_SERVE_PASSWORD": SERVE_PASSWORD,
                "POSTGRES_METRICS_PASSWORD": METRICS_PASSWORD,
            },
        )
        wait_until(lambda: subprocess.run([*self.client("pg_isready"), "--quiet"]).returncode == 0)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    def client(self, program: str, role: str = NAME) -> list[str]:
        return [program, "--host=127.0.0.1", f"--port={self.port}", f"--username={role}", f"--dbname={NAME}"]

    def psql(self, *arguments: str, role: str = NAME) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*self.client("psql", role), "--no-psqlrc", "--quiet", "--tuples-only", *arguments],
            env={**os.environ, "PGPASSWORD": PASSWORDS.get(role, PASSWORD)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if role == NAME else subprocess.STDOUT,
            text=True,
        )

    def waiting(self) -> int:
        """How many of the server's connections wait for a lock; others' are not shown to its role."""
        query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return int(self.psql("--command", query, role=f"{NAME}_serve").communicate()[0])

    @contextmanager
    def locked(self, table: str, mode: str = "ACCESS EXCLUSIVE") -> Iterator[None]:
        """Hold a lock of the table: by default one that lets nobody else read or write it."""
        with self.psql() as psql:
            assert psql.stdin
            assert psql.stdout
            psql.stdin.write(f"BEGIN; LOCK TABLE {table} IN {mode} MODE; SELECT 'locked';\n")
            psql.stdin.flush()
            assert psql.stdout.readline().strip() == "locked"
            yield


class Server:
    """nginx, uWSGI and Django, in production settings but for TLS."""

    def __init__(self, directory: Path, database: Database, **variables: str) -> None:
        self.port, self.metrics_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.directory = directory
        self.environment = {
            **os.environ,
            "RUN_DIR": str(directory),
            "LISTEN": f"127.0.0.1:{self.port}",
            "METRICS_LISTEN": f"127.0.0.1:{self.metrics_port}",
            "ALLOWED_HOSTS": "127.0.0.1",
            "API_ANONYMOUS_WRITES": "true",
            "BEHIND_TLS": "false",
            "DJANGO_SECRET_KEY": "k" * 50,
            "POSTGRES_HOST": "127.0.0.1",
            "POSTGRES_PORT": str(database.port),
            "POSTGRES_SERVE_PASSWORD": SERVE_PASSWORD,
            **variables,
        }

    def start(self) -> None:
        socket_file = self.directory / "uwsgi.sock"
        socket_file.unlink(missing_ok=True)  # of a life that was killed
        self.process = subprocess.Popen(["service-server"], env=self.environment)
        # nginx is there first, and what it answers until then is counted, too.
        wait_until(lambda: socket_file.exists() or self.process.poll() is not None)
        wait_until(self.alive)

    def alive(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthcheck/live/", timeout=5).ok
        except requests.RequestException:
            assert self.process.poll() is None, "the server ended"
            return False

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(60)

    def programs(self, name: str) -> list[int]:
        """The process ids of nginx's, uWSGI's or rsyslog's master; none while it is not there."""
        found = []
        for child in children(self.process.pid):
            with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
                if re.match(rf"(\S*/)?\.?{name}", Path(f"/proc/{child}/cmdline").read_text()):
                    found.append(child)
        return found

    def program(self, name: str) -> int:
        (pid,) = self.programs(name)
        return pid

    def output(self, name: str) -> int:
        """A descriptor of the program's standard output."""
        return os.open(f"/proc/{self.program(name)}/fd/1", os.O_WRONLY)

    def log(self, lines: Iterable[str], begin: str = "django: [-] INFO") -> None:
        """Write to the log socket, as the programs do."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as syslog:
            syslog.settimeout(60)  # for a socket that nobody reads
            for line in lines:
                syslog.sendto(f"<14>{begin} {line}".encode(), str(self.directory / "log.sock"))

    def samples(self) -> dict[str, float]:
        """The metrics by name and labels."""
        text = requests.get(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=10).text
        return {
            name: float(value) for name, value in re.findall(r"^([a-z][^ ]*(?:\{.*\})?) (\S+)$", text, re.MULTILINE)
        }


class LogServer:
    """The log service on a port of its own."""

    def __init__(self, directory: Path) -> None:
        self.port, self.metrics_port = free_port(), free_port()
        self.directory = directory
        self.file = directory / "all.log"
        self.environment = {
            "LOG_DIR": str(directory),
            "LOG_ADDRESS": "127.0.0.1",
            "LOG_PORT": str(self.port),
            "LOG_METRICS_LISTEN": f"127.0.0.1:{self.metrics_port}",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(["service-log"], env={**os.environ, **self.environment})

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            assert self.process.wait(30) == 0
            self.process = None

    def text(self) -> str:
        return self.file.read_text() if self.file.exists() else ""

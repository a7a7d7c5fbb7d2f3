"""A PostgreSQL that only this machine's user reaches, on a UNIX socket."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from programs import Programs
from users import unprivileged

NAME = os.environ["SERVICE_DATABASE"]
PORT = "5432"  # part of the socket's name


def only_path() -> dict[str, str]:
    """An environment for PostgreSQL's programs.

    A PGPORT or PGSERVICE of the caller is for another server.
    """
    return {"PATH": os.environ["PATH"]}


def client_environment(**connection: str) -> dict[str, str]:
    """The caller's environment with this database in it, and nothing of another."""
    others = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("POSTGRES_")
    }
    return others | {f"POSTGRES_{name}": value for name, value in connection.items()}


def start(
    programs: Programs, directory: str, data: str, password: str, settings: list[str]
) -> subprocess.Popen[bytes]:
    """Start PostgreSQL as a user it accepts, with socket and log in the directory."""
    user = unprivileged()
    if user:
        os.chown(directory, user.uid, user.gid)
    given = [
        "listen_addresses=",
        f"unix_socket_directories={directory}",
        f"port={PORT}",
        *settings,
    ]
    with Path(directory, "db.log").open("wb") as log:
        return programs.start(
            ["service-db", *(word for setting in given for word in ("-c", setting))],
            env={
                **only_path(),
                "PGDATA": data,
                "POSTGRES_INIT": "sample",
                "POSTGRES_PASSWORD": password,
            },
            stdout=log,
            stderr=log,
            user=user and user.uid,
            group=user and user.gid,
            extra_groups=user and [],
            process_group=0,  # Ctrl-C is not for it
        )


def becomes_ready(server: subprocess.Popen[bytes], directory: str) -> bool:
    """Whether it accepted connections before it ended."""
    asked = ["pg_isready", "--quiet", "--host", directory, "--port", PORT]
    entrance = Path(directory, f".s.PGSQL.{PORT}")  # until it is there, nobody answers
    while server.poll() is None:
        if entrance.exists() and subprocess.run(asked, env=only_path()).returncode == 0:
            return True
        time.sleep(0.02)
    return False


def stop(server: subprocess.Popen[bytes]) -> None:
    """Stop it, and the cp that fills PGDATA, which may outlive its shell."""
    deadline = time.monotonic() + 5
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGINT)
        server.wait()
        while time.monotonic() < deadline:
            os.killpg(server.pid, signal.SIGKILL)
            time.sleep(0.01)


@contextmanager
def running(
    programs: Programs, directory: str, data: str, password: str, *settings: str
) -> Iterator[bool]:
    """Run it meanwhile; whether it became ready.

    If it did not, its log goes to standard error.
    """
    server = start(programs, directory, data, password, list(settings))
    try:
        ready = becomes_ready(server, directory)
        if not ready and not programs.stopped_by:
            sys.stderr.write(Path(directory, "db.log").read_text())
        yield ready
    finally:
        stop(server)

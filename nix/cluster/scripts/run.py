"""Run the cluster as plain processes on loopback until Ctrl-C or until one dies.

With a command, run it once the cluster is healthy, then stop the cluster and
end with the command's exit status. Data live in a temporary directory.
"""

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO

from users import unprivileged

PORTS = {
    "SERVER_PORT": 8080,
    "SERVER_METRICS_PORT": 9180,
    "DB_PORT": 5432,
    "LOG_PORT": 5514,
    "METRICS_PORT": 9090,
}

READY = """
  The cluster is ready.

    tweets        http://localhost:{SERVER_PORT}/tweet/
    documentation http://localhost:{SERVER_PORT}/docs/
    health        http://localhost:{SERVER_PORT}/healthcheck/
    metrics       http://localhost:{METRICS_PORT}/
    PostgreSQL    localhost:{DB_PORT}
    log           {CLUSTER_DIR}/log/all.log

  Try: curl -H 'Content-Type: application/json' -d '{{"text": "hello"}}' http://localhost:{SERVER_PORT}/tweet/
  Ctrl-C stops it and removes its data.
"""


def port(name: str) -> int:
    """The port that the environment or PORTS gives, if it is free.

    Raises:
        SystemExit: it is no port, or another program has it.
    """
    text = os.environ.get(name, str(PORTS[name]))
    if not text.isdecimal() or not 0 < int(text) < 65536:
        sys.exit(f"templatesite: {name} is {text!r}, but must be one port number.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except PermissionError:
            sys.exit(f"templatesite: port {text} may not be used by this user; set {name} to one above 1023.")
        except OSError:
            sys.exit(f"templatesite: port {text} is in use; stop what uses it or set {name} to another.")
    return int(text)


def drop_root() -> None:
    """Become an unprivileged user where this process is root's."""
    if user := unprivileged():
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)


def environment(directory: str, ports: dict[str, int]) -> dict[str, str]:
    """What the services read; secrets are drawn anew for each run."""
    return {
        **os.environ,
        **{name: str(number) for name, number in ports.items()},
        "HOME": directory,
        "CLUSTER_DIR": directory,
        "POSTGRES_HOST": "127.0.0.1",
        "POSTGRES_PORT": str(ports["DB_PORT"]),
        "POSTGRES_DB": "templatesite",
        "POSTGRES_USER": "templatesite",
        "POSTGRES_PASSWORD": secrets.token_urlsafe(32),
        "DJANGO_SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "API_ANONYMOUS_WRITES": "true",
        "BEHIND_TLS": "false",
    }


def healthy(server_port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server_port}/healthcheck/", timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


def wait_until_healthy(supervisor: subprocess.Popen[bytes], server_port: int, seconds: float = 60) -> bool:
    """Whether the health check answered before the supervisor ended or time was up."""
    deadline = time.monotonic() + seconds
    while supervisor.poll() is None and time.monotonic() < deadline:
        if healthy(server_port):
            return True
        time.sleep(0.05)
    return False


def supervise(ports: dict[str, int], directory: str, command: list[str], log: IO[bytes] | None) -> int:
    """Run the services until they end or, with a command, until that has ended."""
    variables = environment(directory, ports)
    arguments = ["supervise", "--prefix", os.environ["CLUSTER_CONFIGURATION"]]
    supervisor = subprocess.Popen(arguments, env=variables, stdout=log, stderr=log)
    # Ctrl-C reaches the supervisor by itself; a plain signal to us is handed on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: supervisor.terminate())
    if not wait_until_healthy(supervisor, ports["SERVER_PORT"]):
        where = f"in {log.name}" if log else "above"
        print(f"templatesite: the cluster did not become healthy; its output is {where}.", file=sys.stderr)
        supervisor.terminate()
        return supervisor.wait() or 1
    if not command:
        print(READY.format(**variables), flush=True)
        return supervisor.wait()
    status = subprocess.run(command, env={**os.environ, **{name: variables[name] for name in ports}}).returncode
    supervisor.terminate()
    return supervisor.wait() or status


def main() -> int:
    parser = argparse.ArgumentParser(prog="templatesite", description=__doc__)
    parser.add_argument("--log", type=argparse.FileType("wb"), help="a file for the services' output")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="a command to run against the cluster")
    arguments = parser.parse_args()
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    ports = {name: port(name) for name in PORTS}
    drop_root()
    directory = tempfile.mkdtemp(prefix="templatesite-", dir="/tmp")  # short, for the sockets
    for name in ("log", "metrics"):
        Path(directory, name).mkdir()
    try:
        return supervise(ports, directory, command, arguments.log)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

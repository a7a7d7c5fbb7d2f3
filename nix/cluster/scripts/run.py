"""Run the cluster as plain processes on loopback until Ctrl-C or until one dies.

With a command, run it once the cluster is healthy, then stop the cluster and end
with the command's exit status.
"""

import argparse
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

import health
import ports
from users import unprivileged

READY = """
  The cluster is ready.

    tweets        http://localhost:{SERVER_PORT}/tweet/
    documentation http://localhost:{SERVER_PORT}/docs/
    health        http://localhost:{SERVER_PORT}/healthcheck/
    console       http://localhost:{METRICS_PORT}/consoles/index.html
    metrics       http://localhost:{METRICS_PORT}/
    PostgreSQL    localhost:{DB_PORT}
    log           {DATA_DIR}/log/all.log

  Try: curl -H 'Content-Type: application/json' -d '{{"text": "hello"}}' http://localhost:{SERVER_PORT}/tweet/
  A request's log lines, by the X-REQUEST-ID of its answer: LOG_DIR={DATA_DIR}/log ./nixw run .#requests ID
  Ctrl-C stops it and {AFTERWARDS} its data.
"""


def drop_root() -> None:
    """Become an unprivileged user where this process is root's."""
    if user := unprivileged():
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)


def lock(data: Path) -> IO[str]:
    """Hold the data directory for this process alone.

    Raises:
        SystemExit: it cannot be written, or another cluster has it.
    """
    try:
        for name in ("log", "metrics"):
            (data / name).mkdir(parents=True, exist_ok=True)
        held = (data / "lock").open("w")
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"templatesite: another cluster uses {data}; stop it or name another directory.")
    except OSError as error:
        sys.exit(f"templatesite: {data} cannot be used for data by uid {os.getuid()}: {error.strerror}.")
    return held


def environment(run: str, data: Path, kept: bool, numbers: dict[str, int]) -> dict[str, str]:
    """What the services read; secrets are drawn anew for each run."""
    return {
        **os.environ,
        **{name: str(number) for name, number in numbers.items()},
        "HOME": run,
        "CLUSTER_DIR": run,
        "DATA_DIR": str(data),
        "AFTERWARDS": "keeps" if kept else "removes",
        "POSTGRES_HOST": "127.0.0.1",
        "POSTGRES_PORT": str(numbers["DB_PORT"]),
        "POSTGRES_DB": "templatesite",
        "POSTGRES_USER": "templatesite",
        "POSTGRES_PASSWORD": secrets.token_urlsafe(32),
        "POSTGRES_METRICS_PASSWORD": secrets.token_urlsafe(32),
        "DJANGO_SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "API_ANONYMOUS_WRITES": "true",
        "BEHIND_TLS": "false",
    }


def terminate(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()


def supervise(variables: dict[str, str], numbers: dict[str, int], command: list[str], log: IO[bytes] | None) -> int:
    """Run the services until they end or, with a command, until that has ended."""
    arguments = ["supervise", "--prefix", variables["CLUSTER_CONFIGURATION"]]
    supervisor = subprocess.Popen(arguments, env=variables, stdout=log, stderr=log)
    running = [supervisor]
    # Ctrl-C reaches all of them by itself; a plain signal to us is handed on.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: terminate(running))
    if not health.wait(supervisor, numbers):
        where = f"in {log.name}" if log else "above"
        print(f"templatesite: the cluster did not become healthy; its output is {where}.", file=sys.stderr)
        supervisor.terminate()
        return supervisor.wait() or 1
    if not command:
        print(READY.format(**variables), flush=True)
        return supervisor.wait()
    running.append(subprocess.Popen(command, env={**os.environ, **{name: variables[name] for name in numbers}}))
    status = running[-1].wait()
    supervisor.terminate()
    return supervisor.wait() or status


def main() -> int:
    parser = argparse.ArgumentParser(prog="templatesite", description=__doc__)
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="keep the data there; else they are removed at the end"
    )
    parser.add_argument("--log", type=argparse.FileType("wb"), metavar="FILE", help="a file for the services' output")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="a command to run against the cluster")
    arguments = parser.parse_args()
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    numbers = {name: ports.choose(name) for name in ports.PORTS}
    drop_root()
    run = tempfile.mkdtemp(prefix="templatesite-", dir="/tmp")  # short, for the sockets
    try:
        data = arguments.data.absolute() if arguments.data else Path(run)
        with lock(data):
            return supervise(environment(run, data, bool(arguments.data), numbers), numbers, command, arguments.log)
    finally:
        shutil.rmtree(run, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

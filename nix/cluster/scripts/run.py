"""Run the cluster as plain processes on loopback until Ctrl-C or until one dies.

With a command, run it once the cluster is healthy, with its ports and its database
in the environment, then stop the cluster and end with the command's exit status.
"""

import argparse
import fcntl
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, TextIO

import database
import health
import ports
from programs import Programs, exit_status, require
from users import drop_root

READY = """
  The cluster is ready.

    start page    http://localhost:{SERVER_PORT}/
    documentation http://localhost:{SERVER_PORT}/docs/
    health        http://localhost:{SERVER_PORT}/healthcheck/
    console       http://localhost:{METRICS_PORT}/consoles/index.html
    metrics       http://localhost:{METRICS_PORT}/
    PostgreSQL    PGPASSFILE={DATA_DIR}/pgpass \
psql -h localhost -p {DB_PORT} -U {POSTGRES_USER}
    log           {DATA_DIR}/log/all.log
    mail          {DATA_DIR}/mail

  A request's log lines, by the X-REQUEST-ID of its answer: \
LOG_DIR={DATA_DIR}/log ./nixw run .#find-requests ID
  Ctrl-C stops it and {AFTERWARDS} its data.
"""

# What the services get from the caller's environment, beside PATH and the variables
# that pyproject.toml declares. Others could break them: a DEBUG_MODE, a
# POSTGRES_PASSWORD_FILE or a PGPORT that is set for another program.
TUNABLE = (
    "ALERTMANAGER_HOST",
    "API_RATE",
    "API_REQUESTS",
    "BODY_MEGABYTES",
    "CONSOLE_LOGS",
    "CORS_ALLOWED_ORIGINS",
    "CSRF_TRUSTED_ORIGINS",
    "DRAIN_SECONDS",
    "METRICS_URL",
    "TRUSTED_PROXIES",
    "UWSGI_PROCESSES",
    "UWSGI_RELOAD_ON_RSS",
    "UWSGI_THREADS",
)


def lock(data: Path) -> IO[str]:
    """Hold the data directory for this process only.

    Raises:
        SystemExit: it cannot be written, or another cluster has it.
    """
    try:
        for name in ("log", "metrics"):
            (data / name).mkdir(parents=True, exist_ok=True)
        held = (data / "lock").open("w")
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(
            f"cluster: another cluster uses {data}; stop it or name another directory."
        )
    except OSError as error:
        sys.exit(
            f"cluster: {data} cannot be used for data by uid {os.getuid()}: "
            f"{error.strerror}{entrance(data)}."
        )
    return held


def entrance(data: Path) -> str:
    """The directory above it that this user may not enter, if any, and what helps."""
    closed = [
        above for above in data.absolute().parents if not os.access(above, os.X_OK)
    ]
    return (
        f" for {closed[-1]}: chmod o+x {closed[-1]}, or work elsewhere"
        if closed
        else ""
    )


def own_variables() -> dict[str, str]:
    """The variables that pyproject.toml declares; the caller's values go first."""
    declared = json.loads(Path(os.environ["SERVICE_ENVIRONMENT"]).read_text())
    return {name: os.environ.get(name, value) for name, value in declared.items()}


def environment(
    run: str, data: Path, kept: bool, numbers: dict[str, int]
) -> dict[str, str]:
    """The services' environment, with new secrets for each run."""
    return {
        **{name: os.environ[name] for name in ("PATH", *TUNABLE) if name in os.environ},
        **{name: str(number) for name, number in numbers.items()},
        "HOME": run,
        "CLUSTER_DIR": run,
        "DATA_DIR": str(data),
        "AFTERWARDS": "keeps" if kept else "removes",
        "POSTGRES_HOST": "127.0.0.1",
        "POSTGRES_INIT": "sample",
        "POSTGRES_PORT": str(numbers["DB_PORT"]),
        "POSTGRES_DB": database.NAME,
        "POSTGRES_USER": database.NAME,
        "POSTGRES_PASSWORD": secrets.token_urlsafe(32),
        "POSTGRES_SERVE_PASSWORD": secrets.token_urlsafe(32),
        "POSTGRES_METRICS_PASSWORD": secrets.token_urlsafe(32),
        "DJANGO_SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "BEHIND_TLS": "false",
        "EMAIL_URL": f"file://{data}/mail",
        "DEFAULT_FROM_EMAIL": "service@localhost",
        **own_variables(),
    }


def write_pgpass(file: Path, variables: dict[str, str]) -> None:
    """Write the file for PGPASSFILE; PostgreSQL's clients accept only mode 0600."""
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    rest = ":".join(variables[f"POSTGRES_{name}"] for name in ("USER", "PASSWORD"))
    file.write_text(
        "".join(
            f"{host}:{variables['DB_PORT']}:*:{rest}\n"
            for host in ("localhost", "127.0.0.1")
        )
    )


def where(log: IO[bytes] | None) -> str:
    return f"the output in {log.name}" if log else "the output above"


def migrate(
    programs: Programs, variables: dict[str, str], log: IO[bytes] | None
) -> None:
    """Apply new migrations to kept data, before the services start.

    Raises:
        SystemExit: that failed; the message says where to find the reason.
    """
    run, data = variables["CLUSTER_DIR"], variables["DATA_DIR"]
    with database.running(
        programs, run, f"{data}/db", variables["POSTGRES_PASSWORD"]
    ) as ready:
        if not ready:
            programs.fail(
                f"cluster: PostgreSQL did not start on {data}/db; "
                "the output above says why."
            )
        command = ["service-server", "migrate", "--no-input"]
        env = {
            **variables,
            "POSTGRES_HOST": run,
            "POSTGRES_PORT": database.PORT,
            "POSTGRES_SERVE_PASSWORD": "",
        }
        if programs.start(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            process_group=0,
        ).wait():
            programs.fail(
                f"cluster: the data in {data} could not be migrated, "
                f"and {where(log)} says why; mend that, or name another directory."
            )


def print_unless_closed(text: str, stream: TextIO) -> None:
    try:
        print(text, file=stream, flush=True)
    except OSError:  # nobody reads, such as after `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def command_environment(variables: dict[str, str]) -> dict[str, str]:
    """The caller's, with the ports and the database of this cluster."""
    connection = {
        name: variables[f"POSTGRES_{name}"]
        for name in ("HOST", "PORT", "DB", "USER", "PASSWORD")
    }
    return database.client_environment(**connection) | {
        name: variables[name] for name in ports.PORTS
    }


def start(
    programs: Programs, variables: dict[str, str], hold: Path, log: IO[bytes] | None
) -> "subprocess.Popen[bytes]":
    """Start the services, and return once all are well.

    Raises:
        SystemExit: one is not; its lines were printed.
    """
    configuration = os.environ["CLUSTER_CONFIGURATION"]
    # In its own process group: only we get Ctrl-C and SIGHUP, and we pass them on.
    supervisor = programs.start(
        ["supervise", configuration, "--prefix", "--hold", str(hold)],
        env=variables,
        stdout=log,
        stderr=log,
        process_group=0,
    )
    missing = health.wait(
        supervisor,
        health.checks(variables),
        lambda line: print_unless_closed(line, sys.stderr),
    )
    if missing and not programs.stopped_by:
        if hold.exists():
            hold.write_text(" ".join(missing))
        supervisor.terminate()
        supervisor.wait()
    if missing or programs.stopped_by:
        programs.fail(
            f"cluster: the cluster did not become healthy: {', '.join(missing)}; "
            f"{where(log)} says why."
        )
    return supervisor


def serve(
    programs: Programs, variables: dict[str, str], arguments: argparse.Namespace
) -> int:
    """Run the services until they end or, with a command, until that has ended.

    Their lines come after the addresses, and beside a command not at all.
    """
    hold = Path(variables["CLUSTER_DIR"], "hold")
    if not (arguments.verbose or arguments.log):
        hold.touch()
    supervisor = start(programs, variables, hold, arguments.log)
    command = arguments.command
    if not command:
        print_unless_closed(READY.format(**variables), sys.stdout)
        hold.unlink(missing_ok=True)
        return exit_status(supervisor.wait())
    status = programs.run_in_front(command, command_environment(variables))
    supervisor.terminate()
    return exit_status(supervisor.wait()) or status


def run(programs: Programs, directory: str, arguments: argparse.Namespace) -> int:
    data = arguments.data.absolute() if arguments.data else Path(directory)
    numbers = ports.choose()
    with lock(data):
        variables = environment(directory, data, bool(arguments.data), numbers)
        write_pgpass(data / "pgpass", variables)
        try:
            if (data / "db" / "PG_VERSION").exists():
                migrate(programs, variables, arguments.log)
            return serve(programs, variables, arguments)
        finally:
            programs.end()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="cluster", description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="keep the data there; else they are removed at the end",
    )
    parser.add_argument(
        "--log",
        type=argparse.FileType("wb"),
        metavar="FILE",
        help="a file for the services' output",
    )
    parser.add_argument(
        "--verbose",
        action="store_true",
        help="print the services' output from their start on, and beside a command",
    )
    parser.add_argument(
        "command", nargs=argparse.REMAINDER, help="a command to run against the cluster"
    )
    arguments = parser.parse_args()
    if arguments.command[:1] == ["--"]:
        del arguments.command[0]
    return arguments


def main() -> int:
    programs = Programs([signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
    arguments = parse()
    drop_root()  # first, so that nothing below succeeds only because root does it
    if arguments.command:
        require(arguments.command[0], "cluster")
    # In /tmp, because socket paths must be short. An interrupted copy of the prepared
    # database is read-only, so its removal may fail.
    with tempfile.TemporaryDirectory(
        prefix="cluster-", dir="/tmp", ignore_cleanup_errors=True
    ) as directory:
        return run(programs, directory, arguments)


if __name__ == "__main__":
    sys.exit(main())

"""Run a command beside a fresh PostgreSQL that only it can reach.

    with-db [--spare SECONDS] COMMAND…

The database is a temporary copy of the prepared one, on a UNIX socket; Django's
settings find it through the environment. With --spare, the next command's database is
made ready meanwhile; it ends where none comes within these seconds.
"""

import argparse
import fcntl
import os
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import database
import spare
from programs import Programs, require

MINUTE = 60  # seconds in which a database that is being made has its lock


@contextmanager
def fresh(programs: Programs) -> Iterator[dict[str, str]]:
    """Run a new database meanwhile; the values with which a client finds it."""
    password = secrets.token_urlsafe(16)
    # A short path, for the socket, and open to all.
    with (
        tempfile.TemporaryDirectory(prefix="with-db-", dir="/tmp") as directory,
        database.running(
            programs, directory, f"{directory}/data", password, "fsync=off"
        ) as ready,
    ):
        if not ready:
            programs.fail("with-db: PostgreSQL did not start; its output is above.")
        yield {
            "HOST": directory,
            "PORT": database.PORT,
            "DB": database.NAME,
            "USER": database.NAME,
            "PASSWORD": password,
        }


def sweep() -> None:
    """Remove what killed processes have left: data that no PostgreSQL has locked."""
    for data in Path("/tmp").glob("with-db-*/data"):  # noqa: S108
        with suppress(OSError):
            descriptor = os.open(data, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if time.time() - data.parent.stat().st_mtime > MINUTE:
                    shutil.rmtree(data.parent)
            finally:
                os.close(descriptor)


def keep(programs: Programs, seconds: float) -> int:
    sweep()
    with fresh(programs) as values:
        spare.give(values, seconds, programs.started[-1].pid)
    return 0


def run(programs: Programs, command: list[str]) -> int:
    with fresh(programs) as values:
        return programs.run_in_front(command, database.client_environment(**values))


def run_with_spare(programs: Programs, command: list[str], seconds: float) -> int:
    taken = spare.take()
    spare.start(seconds)
    if not taken:
        return run(programs, command)
    keeper, values = taken
    with keeper:
        return programs.run_in_front(command, database.client_environment(**values))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="with-db", usage="with-db [--spare SECONDS] COMMAND…", allow_abbrev=False
    )
    parser.add_argument("--spare", type=float)
    parser.add_argument("--keep", type=float)  # the process that keeps the spare
    parser.add_argument("command", nargs=argparse.REMAINDER)
    return parser.parse_args()


def main() -> int:
    given = arguments()
    # Ctrl-C is for the command once that has begun.
    programs = Programs([signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM])
    if given.keep:
        return keep(programs, given.keep)
    if not given.command:
        sys.exit("with-db: give it a command to run, such as with-db pytest.")
    require(given.command[0], "with-db")
    if given.spare:
        status = run_with_spare(programs, given.command, given.spare)
    else:
        status = run(programs, given.command)
    return 128 + programs.stopped_by if programs.stopped_by else status


if __name__ == "__main__":
    sys.exit(main())

"""Run a command beside a fresh PostgreSQL that only it can reach.

    with-db [--spare SECONDS] COMMAND…

The database is a temporary copy of the prepared one, on a UNIX socket; Django's
settings find it through the environment. With --spare, the next command's database is
made ready meanwhile; it ends where none comes within these seconds.
"""

import argparse
import secrets
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import database
import spare
from programs import Programs, require


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


def keep(programs: Programs, seconds: float) -> int:
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
    parser = argparse.ArgumentParser(prog="with-db", add_help=False, allow_abbrev=False)
    parser.add_argument("--spare", type=float)
    parser.add_argument("--keep", type=float)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    return parser.parse_args()


def main() -> int:
    given = arguments()
    # Ctrl-C is for the command once that has begun.
    programs = Programs([signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
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

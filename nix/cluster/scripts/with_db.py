"""Run a command beside a fresh PostgreSQL that only it can reach.

    with-db COMMAND…

The database is a temporary copy of the prepared one, on a UNIX socket; Django's
settings find it through the environment.
"""

import secrets
import signal
import sys
import tempfile

import database
from programs import Programs, require


def run(programs: Programs, directory: str, command: list[str]) -> int:
    password = secrets.token_urlsafe(16)
    with database.running(
        programs, directory, f"{directory}/data", password, "fsync=off"
    ) as ready:
        if not ready:
            programs.fail("with-db: PostgreSQL did not start; its output is above.")
        environment = database.client_environment(
            HOST=directory,
            PORT=database.PORT,
            DB=database.NAME,
            USER=database.NAME,
            PASSWORD=password,
        )
        return programs.run_in_front(command, environment)


def main() -> int:
    if len(sys.argv) < 2:
        sys.exit("with-db: give it a command to run, such as with-db pytest.")
    require(sys.argv[1], "with-db")
    # Ctrl-C is for the command once that has begun.
    programs = Programs([signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
    # A short path, for the socket, and open to all.
    with tempfile.TemporaryDirectory(prefix="with-db-", dir="/tmp") as directory:
        status = run(programs, directory, sys.argv[1:])
    return 128 + programs.stopped_by if programs.stopped_by else status


if __name__ == "__main__":
    sys.exit(main())

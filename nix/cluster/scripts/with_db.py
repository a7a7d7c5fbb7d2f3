"""Run a command beside a fresh PostgreSQL that only it can reach.

    with-db COMMAND…

The database is a temporary copy of the prepared one, on a UNIX socket; Django's
settings find it through the environment.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from users import unprivileged


def start(directory: str, password: str) -> subprocess.Popen[bytes]:
    """Start PostgreSQL on a socket in the directory, as a user it accepts."""
    user = unprivileged()
    if user:
        os.chown(directory, user.pw_uid, user.pw_gid)
    settings = {"listen_addresses": "", "unix_socket_directories": directory, "fsync": "off"}
    arguments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with Path(directory, "log").open("wb") as log:
        return subprocess.Popen(
            ["templatesite-db", *arguments],
            env={**os.environ, "PGDATA": f"{directory}/data", "POSTGRES_PASSWORD": password},
            stdout=log,
            stderr=log,
            user=user and user.pw_uid,
            group=user and user.pw_gid,
            extra_groups=user and [],
            process_group=0,  # Ctrl-C is for the command
        )


def wait_until_ready(server: subprocess.Popen[bytes], directory: str) -> None:
    """Return once PostgreSQL accepts connections.

    Raises:
        SystemExit: it ended instead; its log goes to standard error.
    """
    while subprocess.run(["pg_isready", "--quiet", "--host", directory]).returncode:
        if server.poll() is not None:
            sys.stderr.write(Path(directory, "log").read_text())
            sys.exit("with-db: PostgreSQL did not start; its output is above.")
        time.sleep(0.02)


def main() -> int:
    if len(sys.argv) < 2:
        sys.exit("with-db: give it a command to run, such as with-db pytest.")
    # Ctrl-C is for the command; a plain signal ends both.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    directory = tempfile.mkdtemp(prefix="with-db-", dir="/tmp")  # short, for the socket, and open to all
    password = secrets.token_urlsafe(16)
    server = None
    try:
        server = start(directory, password)
        wait_until_ready(server, directory)
        database = {"HOST": directory, "DB": "templatesite", "USER": "templatesite", "PASSWORD": password}
        variables = {f"POSTGRES_{name}": value for name, value in database.items()}
        return subprocess.run(sys.argv[1:], env={**os.environ, **variables}).returncode
    finally:
        if server:
            server.send_signal(signal.SIGINT)
            server.wait()
        shutil.rmtree(directory)


if __name__ == "__main__":
    sys.exit(main())

"""A database that is ready before a command asks for it.

A process of its own keeps it, and gives it to one command of this user and tree by a
socket without a file (unix(7), abstract). The database ends with that connection, and
so also where the command is killed, or wants a copy of something else.
"""

import hashlib
import json
import os
import select
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PATIENCE = 2  # seconds in which whoever keeps one answers


def address() -> str:
    """One for each user, tree and /tmp, where the database is."""
    temporary = Path("/tmp").stat()  # noqa: S108 (where with_db makes it)
    place = (os.environ.get("SERVICE_TREE"), temporary.st_dev, temporary.st_ino)
    return (
        f"\0with-db-{os.geteuid()}-{hashlib.sha256(repr(place).encode()).hexdigest()}"
    )


def build() -> str:
    """What a database is a copy of."""
    return str(shutil.which("service-db"))


def is_own(peer: socket.socket) -> bool:
    """Whether this user runs the process at the other end."""
    size = struct.calcsize("3i")  # struct ucred: pid, uid, gid
    answer = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    _, uid, _ = struct.unpack("3i", answer)
    return bool(uid == os.geteuid())


def take() -> tuple[socket.socket, dict[str, str]] | None:
    """The connection to hold open, and the database's values; None if none waits."""
    keeper = socket.socket(socket.AF_UNIX)
    keeper.settimeout(PATIENCE)
    try:
        keeper.connect(address())
        if is_own(keeper) and (line := keeper.makefile().readline()):
            of, values = json.loads(line)
            if of == build():
                return keeper, values
    except (OSError, ValueError):  # none waits, or another command was faster
        pass
    keeper.close()
    return None


def give(values: Mapping[str, str], seconds: float, server: int) -> None:
    """Give the database to the next command, and return once that has ended.

    Or once the server has ended, nobody came in that time, or another one waits.

    Args:
        server: PID of the database's server, a child of this process.
    """
    ended = os.pidfd_open(server)
    with socket.socket(socket.AF_UNIX) as listener:
        try:
            listener.bind(address())
        except OSError:
            return
        listener.listen(1)
        came, _, _ = select.select([listener.fileno(), ended], [], [], seconds)
        if listener.fileno() not in came:
            return
        taker, _ = listener.accept()
    with taker:
        if is_own(taker):
            taker.sendall(json.dumps([build(), values]).encode() + b"\n")
            select.select([taker.fileno(), ended], [], [])


def start(seconds: float) -> None:
    """Start the process that keeps one; it outlives this process."""
    subprocess.Popen(
        [sys.executable, "-EB", sys.argv[0], "--keep", str(seconds)],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

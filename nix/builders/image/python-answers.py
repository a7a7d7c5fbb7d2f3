"""A health check: whether a GET is answered with 200.

python-answers.nix writes the call below it. It uses a socket and no HTTP library, whose
imports would take three times as long as all of this.
"""

import os
import socket
import sys


def ask(variable: str, default: str, path: str) -> None:
    """End with a sentence where it is not.

    Args:
        variable: of the environment, with ADDRESS:PORT or PORT: the check goes the way
            of requests.
        default: its value where it is not set.
        path: what is asked for.
    """
    host, _, port = os.environ.get(variable, default).rpartition(":")
    # Servers may listen on all addresses; the check binds none, it asks the loopback.
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(  # noqa: S104
        host, host.strip("[]")
    )
    try:
        with socket.create_connection((host, int(port)), timeout=4) as connection:
            connection.sendall(
                f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode()
            )
            status = (
                connection.makefile("rb").readline().decode(errors="replace").strip()
            )
    except OSError as error:
        sys.exit(f"not ready: {error}")
    if " 200 " not in status:
        sys.exit(f"not ready: {status}")

"""The ports of the cluster's services on this machine."""

import contextlib
import itertools
import os
import socket
import sys

PORTS = {
    "SERVER_PORT": 8080,
    "SERVER_METRICS_PORT": 9180,
    "DB_PORT": 5432,
    "DB_METRICS_PORT": 9187,
    "LOG_PORT": 5514,
    "LOG_METRICS_PORT": 9514,
    "METRICS_PORT": 9090,
}


def read(name: str) -> int:
    """The port that the environment or PORTS gives.

    Raises:
        SystemExit: it is not a port number.
    """
    text = os.environ.get(name, str(PORTS[name]))
    if not text.isdecimal() or not int(text) < 65536:
        sys.exit(
            f"cluster: {name} is {text!r}, but must be one port number, "
            "or 0 for a free one."
        )
    return int(text)


def claim(name: str, port: int, probe: socket.socket) -> int:
    """Bind the probe to the port, or to any free port if it is 0.

    Raises:
        SystemExit: another program uses it, or this user may not use it.
    """
    # Not for 0: two probes could then get the same port.
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, bool(port))
    try:
        probe.bind(("127.0.0.1", port))
    except PermissionError:
        sys.exit(
            f"cluster: port {port} may not be used by this user; "
            f"set {name} to one above 1023."
        )
    except OSError:
        sys.exit(
            f"cluster: port {port} is in use; stop what uses it, "
            f"or set {name} to another or to 0."
        )
    return int(probe.getsockname()[1])


def choose() -> dict[str, int]:
    """A port for each service.

    Raises:
        SystemExit: one is malformed, taken, or given twice.
    """
    given = {name: read(name) for name in PORTS}
    for (name, port), (other, same) in itertools.combinations(given.items(), 2):
        if port and port == same:
            sys.exit(
                f"cluster: {name} and {other} are both {port}; "
                "set one of them to another or to 0."
            )
    # All probes stay bound until the last port is chosen, so that none is chosen twice.
    with contextlib.ExitStack() as probes:
        return {
            name: claim(name, port, probes.enter_context(socket.socket()))
            for name, port in given.items()
        }

"""The ports of the cluster's services on this machine."""

import os
import socket
import sys

PORTS = {
    "SERVER_PORT": 8080,
    "SERVER_METRICS_PORT": 9180,
    "DB_PORT": 5432,
    "DB_METRICS_PORT": 9187,
    "LOG_PORT": 5514,
    "METRICS_PORT": 9090,
}


def choose(name: str) -> int:
    """The port that the environment or PORTS gives; a free one for 0.

    Raises:
        SystemExit: it is no port, or another program has it.
    """
    text = os.environ.get(name, str(PORTS[name]))
    if not text.isdecimal() or not int(text) < 65536:
        sys.exit(f"templatesite: {name} is {text!r}, but must be one port number, or 0 for a free one.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except PermissionError:
            sys.exit(f"templatesite: port {text} may not be used by this user; set {name} to one above 1023.")
        except OSError:
            sys.exit(f"templatesite: port {text} is in use; stop what uses it, or set {name} to another or to 0.")
        return int(probe.getsockname()[1])

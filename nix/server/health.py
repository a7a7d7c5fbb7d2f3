"""Exit 0 when the service answers through nginx that it is ready.

It asks at SERVER_LISTEN's address: the check goes the way that requests go. A socket and no
HTTP library, whose imports would take three times as long as all of this.
"""

import os
import socket
import sys

host, port = os.environ.get("SERVER_LISTEN", "0.0.0.0:8080").rsplit(":", 1)
host = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]"))  # noqa: S104 - it asks
try:
    with socket.create_connection((host, int(port)), timeout=4) as connection:
        connection.sendall(b"GET /healthcheck/ HTTP/1.0\r\nHost: localhost\r\n\r\n")
        status = connection.makefile("rb").readline().decode(errors="replace").strip()
except OSError as error:
    sys.exit(f"not ready: {error}")
if " 200 " not in status:
    sys.exit(f"not ready: {status}")

"""Exit 0 when Caddy answers.

Not whether a server does: another edge would have no other servers.
"""

import os
import socket
import sys

port = int(os.environ.get("EDGE_METRICS_PORT", "9180"))
try:
    with socket.create_connection(("127.0.0.1", port), timeout=4) as connection:
        connection.sendall(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")
        status = connection.makefile("rb").readline().decode(errors="replace").strip()
except OSError as error:
    sys.exit(f"not ready: {error}")
if " 200 " not in status:
    sys.exit(f"not ready: {status}")

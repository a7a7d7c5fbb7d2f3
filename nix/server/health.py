"""Exit 0 when the service answers through nginx that it is ready.

The port is LISTEN's: the check goes the way that requests go.
"""

import os
import sys
import urllib.error
import urllib.request

port = os.environ.get("LISTEN", "0.0.0.0:8080").rsplit(":", 1)[-1]
try:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthcheck/", timeout=4):
        pass
except (urllib.error.URLError, OSError) as error:
    sys.exit(f"not ready: {error}")

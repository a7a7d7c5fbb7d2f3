"""Exit 0 when the service answers through nginx that it is ready.

It asks at LISTEN's address: the check goes the way that requests go.
"""

import os
import sys
import urllib.error
import urllib.request

address = os.environ.get("LISTEN", "0.0.0.0:8080").replace("0.0.0.0:", "127.0.0.1:").replace("[::]:", "[::1]:")
try:
    with urllib.request.urlopen(f"http://{address}/healthcheck/", timeout=4):
        pass
except (urllib.error.URLError, OSError) as error:
    sys.exit(f"not ready: {error}")

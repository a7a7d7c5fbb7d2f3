"""The WSGI application called in a loop, for serve.py.

    loop.py SECONDS REQUESTS.json

Prints the requests a second of each kind, as JSON.
"""

import io
import json
import os
import sys
import tempfile
import time
from wsgiref.util import setup_testing_defaults

os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp()
sys.path.insert(0, os.environ["DJANGO_SOURCE"])

from config.wsgi import application

HEADERS = {"HTTP_HOST": "127.0.0.1", "HTTP_X_REQUEST_ID": "loop", "REMOTE_ADDR": "127.0.0.1"}


def call(kind: str, path: str) -> None:
    path, _, query = path.partition("?")
    body = b'{"text": "written by a measurement"}' if kind == "POST" else b""
    environ = {"PATH_INFO": path, "QUERY_STRING": query, "CONTENT_LENGTH": str(len(body)), **HEADERS}
    environ["REQUEST_METHOD"] = "POST" if kind == "POST" else "GET"
    environ["CONTENT_TYPE"] = "application/json" if kind == "POST" else ""
    setup_testing_defaults(environ)
    statuses: list[str] = []
    response = application({**environ, "wsgi.input": io.BytesIO(body)}, lambda status, _: statuses.append(status))
    b"".join(response)
    response.close()
    if not statuses[0].startswith("2"):
        sys.exit(f"loop.py: {path} was answered with {statuses[0]}")


def rate(kind: str, path: str, seconds: float) -> float:
    for _ in range(50):
        call(kind, path)
    begin, number = time.perf_counter(), 0
    while (taken := time.perf_counter() - begin) < seconds:
        call(kind, path)
        number += 1
    return number / taken


print(json.dumps({kind: rate(kind, path, float(sys.argv[1])) for kind, path in json.loads(sys.argv[2]).items()}))

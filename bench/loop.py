"""The WSGI application called in a loop, for serve.py.

    loop.py SECONDS METHOD PATH

Prints the requests a second.
"""

import argparse
import io
import sys
import time
from collections.abc import Callable
from wsgiref.util import setup_testing_defaults

from config.wsgi import application

HEADERS = {
    "HTTP_HOST": "127.0.0.1",
    "HTTP_X_REQUEST_ID": "loop",
    "REMOTE_ADDR": "127.0.0.1",
}


def call(method: str, path: str) -> None:
    path, _, query = path.partition("?")
    body = b'{"text": "written by a measurement"}' if method == "POST" else b""
    environ = {
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        **HEADERS,
    }
    environ["REQUEST_METHOD"] = method
    environ["CONTENT_TYPE"] = "application/json" if method == "POST" else ""
    setup_testing_defaults(environ)
    statuses: list[str] = []

    def start_response(status: str, *_: object) -> Callable[[bytes], object]:
        statuses.append(status)
        return io.BytesIO().write

    response = application({**environ, "wsgi.input": io.BytesIO(body)}, start_response)
    b"".join(response)
    response.close()
    if not statuses[0].startswith("2"):
        sys.exit(f"loop.py: {path} was answered with {statuses[0]}")


def rate(method: str, path: str, seconds: float) -> float:
    for _ in range(50):
        call(method, path)
    begin, number = time.perf_counter(), 0
    while (taken := time.perf_counter() - begin) < seconds:
        call(method, path)
        number += 1
    return number / taken


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("seconds", type=float)
    parser.add_argument("method", choices=["GET", "POST"])
    parser.add_argument("path")
    given = parser.parse_args()
    print(rate(given.method, given.path, given.seconds))


if __name__ == "__main__":
    main()

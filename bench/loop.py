"""A WSGI application called in a loop, for serve.py and processor.py.

    loop.py [--plain] [--header NAME VALUE]… SECONDS METHOD PATH

Prints, as JSON, the requests a second, and the microseconds of processor time of one.
"""

import argparse
import io
import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any
from wsgiref.util import setup_testing_defaults

HEADERS = {
    "HTTP_HOST": "127.0.0.1",
    "HTTP_X_REQUEST_ID": "loop",
    "REMOTE_ADDR": "127.0.0.1",
}


def environ(method: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
    path, _, query = path.partition("?")
    body = b'{"text": "written by a measurement"}' if method == "POST" else b""
    made: dict[str, Any] = {
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "REQUEST_METHOD": method,
        "CONTENT_TYPE": "application/json" if method == "POST" else "",
        "wsgi.input": io.BytesIO(body),
        **HEADERS,
        **headers,
    }
    setup_testing_defaults(made)
    return made


def call(application: Any, asked: dict[str, Any]) -> None:
    statuses: list[str] = []

    def start_response(status: str, *_: object) -> Callable[[bytes], object]:
        statuses.append(status)
        return io.BytesIO().write

    response = application(asked, start_response)
    b"".join(response)
    response.close()
    if not statuses[0].startswith("2"):
        sys.exit(f"loop.py: {asked['PATH_INFO']} was answered with {statuses[0]}")


def measure(application: Any, seconds: float, *asked: Any) -> dict[str, float]:
    for _ in range(50):
        call(application, environ(*asked))
    begin, busy, number = time.perf_counter(), time.process_time(), 0
    while (taken := time.perf_counter() - begin) < seconds:
        call(application, environ(*asked))
        number += 1
    cost = (time.process_time() - busy) / number * 1e6
    return {"rate": number / taken, "cpu": cost}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--plain", action="store_true", help="plain.py's application")
    parser.add_argument("--header", nargs=2, action="append", default=[])
    parser.add_argument("seconds", type=float)
    parser.add_argument("method", choices=["GET", "POST"])
    parser.add_argument("path")
    given = parser.parse_args()
    module = import_module("plain" if given.plain else "config.wsgi")
    headers = {f"HTTP_{name.upper()}": value for name, value in given.header}
    asked = given.method, given.path, headers
    print(json.dumps(measure(module.application, given.seconds, *asked)))


if __name__ == "__main__":
    main()

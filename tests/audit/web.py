"""A web server on this machine, in the place of an index or of GitHub."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Web(ThreadingHTTPServer):
    """`answers` by path: a type with bytes, or what becomes a JSON document."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Any] = {}

    def answer(self, path: str) -> tuple[str, bytes | None]:
        found = self.answers.get(path)
        if isinstance(found, tuple):
            return found
        return "application/json", json.dumps(found).encode() if found else None


class Handler(BaseHTTPRequestHandler):
    server: Web

    def do_GET(self) -> None:
        kind, content = self.server.answer(self.path)
        self.send_response(200 if content is not None else 404)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def serving() -> Iterator[Web]:
    with Web() as web:
        thread = threading.Thread(target=web.serve_forever)
        thread.start()
        yield web
        web.shutdown()
        thread.join()

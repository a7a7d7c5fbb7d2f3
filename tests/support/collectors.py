"""What takes a server's spans and its errors, over HTTP on a port of its own."""

import gzip
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)


class Receiver:
    """Takes what is posted, whatever the path.

    Args:
        take: is called with each body.
    """

    def __init__(self, take: Callable[[bytes], None]) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                is_packed = self.headers.get("Content-Encoding") == "gzip"
                take(gzip.decompress(body) if is_packed else body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Collector:
    """OpenTelemetry's protocol (OTLP): the spans that came, as protobuf has them."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.resources: list[dict[str, str]] = []
        self.receiver = Receiver(self.take)
        self.variables = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.receiver.port}"
        }

    def take(self, body: bytes) -> None:
        for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            attributes = of_resource.resource.attributes
            self.resources.append(
                {one.key: one.value.string_value for one in attributes}
            )
            for of_scope in of_resource.scope_spans:
                self.spans += of_scope.spans

    def named(self, name: str) -> list[Any]:
        return [span for span in self.spans if span.name == name]


class Tracker:
    """Sentry's protocol: the events that came, from envelopes of lines of JSON."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.receiver = Receiver(self.take)
        self.variables = {
            "SENTRY_DSN": f"http://public@127.0.0.1:{self.receiver.port}/1"
        }

    def take(self, body: bytes) -> None:
        _, *lines = body.splitlines()
        for head, item in zip(lines[::2], lines[1::2], strict=False):
            if json.loads(head)["type"] == "event":
                self.events.append(json.loads(item))

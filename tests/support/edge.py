"""The edge before servers of a test."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from support.processes import Server, answers, free_port
from support.program import Program

# What a server behind it is told.
BEHIND = {
    "ALLOWED_HOSTS": "localhost",
    "BEHIND_TLS": "true",
    "TRUSTED_PROXIES": "127.0.0.0/8,::1",
}


class Edge(Program):
    """Caddy with an authority of its own, which its clients here trust."""

    def __init__(
        self, directory: Path, servers: list[Server], **variables: str
    ) -> None:
        self.http_port, self.https_port, self.metrics_port = (
            free_port() for _ in range(3)
        )
        self.url = f"https://localhost:{self.https_port}"
        self.directory = directory
        self.authority = directory / "data/pki/authorities/local/root.crt"
        for part in (directory, directory / "data", directory / "run"):
            part.mkdir()
        super().__init__(
            ["service-edge"],
            {
                "EDGE_DIR": str(directory / "data"),
                "EDGE_HTTP_PORT": str(self.http_port),
                "EDGE_HTTPS_PORT": str(self.https_port),
                "EDGE_METRICS_PORT": str(self.metrics_port),
                "EDGE_UPSTREAMS": ",".join(
                    f"127.0.0.1:{server.port}" for server in servers
                ),
                "RUN_DIR": str(directory / "run"),
                **variables,
            },
            output=directory / "output",
        )

    def is_ready(self) -> bool:
        """Whether it answers and has its certificate."""
        if not answers(f"http://127.0.0.1:{self.metrics_port}/health"):
            return False
        if not self.authority.exists():
            return False
        try:
            with self.connection(10):
                return True
        except OSError:
            return False

    @contextmanager
    def connection(self, timeout: float, *protocols: str) -> Iterator[ssl.SSLSocket]:
        """One with TLS, whose reads have that time limit; the protocols are ALPN's."""
        context = ssl.create_default_context(cafile=self.authority)
        if protocols:
            context.set_alpn_protocols(list(protocols))
        with (
            socket.create_connection(("localhost", self.https_port), timeout) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            yield connection

    def request(self, method: str, path: str, **arguments: Any) -> requests.Response:
        """One request on a connection of its own."""
        return requests.request(
            method,
            f"{self.url}{path}",
            verify=str(self.authority),
            timeout=30,
            **arguments,
        )

    def get(self, path: str, **arguments: Any) -> requests.Response:
        return self.request("GET", path, **arguments)

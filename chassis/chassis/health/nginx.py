"""nginx's own numbers, as its stub_status page has them."""

import re
import socket
from collections.abc import Iterator

from django.conf import settings
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

# "accepts handled requests" are three numbers below their names.
PAGE = re.compile(
    r"Active connections: (?P<active>\d+)"
    r"\s+server accepts handled requests\s+\d+ \d+ (?P<requests>\d+)"
    r"\s+Reading: (?P<reading>\d+) Writing: (?P<writing>\d+) Waiting: (?P<waiting>\d+)"
)


def collect() -> Iterator[Metric]:
    """By the names that nginx's exporter for Prometheus uses; nothing without nginx."""
    found = (
        PAGE.search(status_page(settings.NGINX_STATUS))
        if settings.NGINX_STATUS
        else None
    )
    if not found:
        return
    yield CounterMetricFamily(
        "nginx_http_requests",
        "Requests that nginx has begun.",
        value=int(found["requests"]),
    )
    for state in ("active", "reading", "writing", "waiting"):
        yield GaugeMetricFamily(
            f"nginx_connections_{state}",
            f"Connections: {state}.",
            value=int(found[state]),
        )


def status_page(path: str) -> str:
    """What nginx answers on that UNIX socket; nothing where it does not."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(path)
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return connection.makefile().read()
    except OSError:
        return ""

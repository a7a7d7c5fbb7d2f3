"""When the edge's certificates end is told, and that of one that nobody renews."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from support.certificates import make
from support.edge import Edge
from support.processes import Prometheus, answers, free_port
from support.program import running
from support.waiting import wait_until

AFTER, BEFORE = (
    f"edge_certificate_not_{word}_timestamp_seconds" for word in ("after", "before")
)
NOBODY = "127.0.0.1:9"  # no server is needed here


@pytest.fixture
def own(tmp_path) -> Iterator[Edge]:
    """One with an authority of its own, and so with certificates of twelve hours."""
    with running(Edge(tmp_path / "edge", [], EDGE_UPSTREAMS=NOBODY)) as edge:
        yield edge


def told(edge: Edge) -> dict[str, float]:
    """The metrics of certificates by name and label, once they are there."""
    url = f"http://127.0.0.1:{edge.metrics_port}/metrics"
    wait_until(lambda: AFTER in requests.get(url, timeout=10).text)
    samples = re.findall(
        r"^(edge_\S+) (\S+)$", requests.get(url, timeout=10).text, re.M
    )
    return {name: float(value) for name, value in samples}


def test_times_are_those_of_the_certificate_that_clients_get(own):
    wait_until(lambda: told(own)[f'{AFTER}{{name="localhost"}}'] > 0)
    with own.connection(10) as connection:
        certificate = connection.getpeercert()
    found = told(own)
    for name, field in ((AFTER, "notAfter"), (BEFORE, "notBefore")):
        served = ssl.cert_time_to_seconds(str(certificate[field]))
        assert found[f'{name}{{name="localhost"}}'] == served


def test_caddys_own_metrics_are_beside_them(own):
    told(own)
    answer = requests.get(
        f"http://127.0.0.1:{own.metrics_port}/metrics",
        headers={"Accept": "application/openmetrics-text", "Accept-Encoding": "gzip"},
        timeout=10,
    )
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert re.search("^caddy_http_requests_total", answer.text, re.MULTILINE)
    assert "# EOF" not in answer.text
    for path in ("/tls.conf", "/metrics.txt", "/certificates.txt", "/"):
        url = f"http://127.0.0.1:{own.metrics_port}{path}"
        assert requests.get(url, timeout=10).status_code == 404


class Unverified(Edge):
    """One whose clients need not trust its certificate."""

    def is_ready(self) -> bool:
        return answers(f"http://127.0.0.1:{self.metrics_port}/health")


@contextmanager
def watched(directory: Path, **variables: str) -> Iterator[Prometheus]:
    """A Prometheus that scrapes an edge with these variables, and that edge."""
    edge = Unverified(directory / "edge", [], EDGE_UPSTREAMS=NOBODY, **variables)
    (directory / "metrics").mkdir()
    port = free_port()
    metrics = Prometheus(
        *("/-/ready", "service-metrics"),
        port=port,
        METRICS_DIR=str(directory / "metrics"),
        METRICS_RUN_DIR=str(directory / "metrics-run"),
        METRICS_LISTEN=f"127.0.0.1:{port}",
        SERVER_TARGETS="",
        DB_METRICS_TARGETS="",
        LOG_TARGETS="",
        EDGE_TARGETS=f"static:127.0.0.1:{edge.metrics_port}",
    )
    with running(edge), running(metrics):
        yield metrics


def alerts(metrics: Prometheus) -> set[str]:
    """Those that fire or would after a while, of certificates."""
    found = metrics.query('ALERTS{alertname=~"Certificate.*"}')
    return {sample["metric"]["alertname"] for sample in found}


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((-85, 5), {"CertificateLate"}),
        ((-89, 1), {"CertificateLate", "CertificateEnds"}),
        ((-90, -1), {"CertificateLate", "CertificateEnds"}),
    ],
)
def test_certificate_that_ends_is_told_of(tmp_path, days, expected: set[str]):
    with watched(tmp_path, **make(tmp_path, days)) as metrics:
        wait_until(lambda: alerts(metrics) == expected)


@pytest.mark.parametrize("days", [(-30, 60), (-0.1, 0.4)])
def test_certificate_with_time_left_is_not(tmp_path, days):
    with watched(tmp_path, **make(tmp_path, days)) as metrics:
        # Long enough that the rules have seen it: they look at a moment ago.
        wait_until(lambda: metrics.value(f"count_over_time({AFTER}[10m]) > 8"))
        assert alerts(metrics) == set()


def test_name_that_is_served_no_certificate_is_told_of(tmp_path):
    # Nobody answers there, and issues one.
    missing = {
        "EDGE_NAMES": "localhost,other.example",
        "EDGE_ACME_URL": f"https://{NOBODY}/",
    }
    with watched(tmp_path, **missing) as metrics:
        wait_until(lambda: alerts(metrics) == {"CertificateLate", "CertificateEnds"})
        found = metrics.query('ALERTS{alertname="CertificateEnds"}')
    assert {sample["metric"]["name"] for sample in found} == {"other.example"}

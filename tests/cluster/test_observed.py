"""What the running cluster tells of the requests that it answered."""

import os
import uuid
from pathlib import Path

import pytest
import requests

from support import prometheus
from support.waiting import wait_until

if "SERVER_PORT" not in os.environ:
    pytest.skip(
        "these want a running cluster: nix/checks/cluster.nix", allow_module_level=True
    )

SERVER = f"http://localhost:{os.environ['SERVER_PORT']}"
METRICS = f"http://localhost:{os.environ['METRICS_PORT']}"
COUNTED = (
    "sum(django_http_responses_total_by_status_view_method_total"
    '{view="docs",status="200",method="GET"})'
)


def counted() -> float:
    """Requests for /docs/ that Prometheus has scraped."""
    return prometheus.value(METRICS, COUNTED) or 0


def last_scrape() -> float:
    return prometheus.value(METRICS, 'timestamp(up{job="server"})') or 0


def wait_for_scrapes(number: int) -> None:
    for _ in range(number):
        before = last_scrape()
        wait_until(lambda before=before: last_scrape() > before)


def test_request_id_is_followed_through_the_log():
    request_id = uuid.uuid4().hex
    # Django tells of it, as it lacks a CSRF token.
    requests.post(f"{SERVER}/admin/", headers={"X-Request-ID": request_id}, timeout=10)
    log = Path(os.environ["LOG_FILE"])
    wait_until(lambda: log.read_text().count(f"[{request_id}]") == 2)
    lines = [
        line.split() for line in log.read_text().splitlines() if request_id in line
    ]
    assert {(line[2], line[4]) for line in lines} == {
        ("nginx", f"[{request_id}]"),
        ("django", f"[{request_id}]"),
    }


def test_prometheus_counts_exactly_the_requests_that_were_made():
    wait_for_scrapes(2)  # what came before this test is in
    before = counted()
    for _ in range(50):
        assert requests.get(f"{SERVER}/docs/", timeout=10).status_code == 200
    wait_until(lambda: counted() >= before + 50)
    wait_for_scrapes(1)
    assert counted() == before + 50

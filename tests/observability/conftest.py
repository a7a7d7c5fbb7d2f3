import os
import subprocess
import threading
import uuid
from contextlib import suppress
from functools import partial

import pytest
import requests

from support.cluster import Cluster
from support.waiting import wait_until

# What `traffic` makes, by the labels that count it: (view, status, method) -> requests.
WELL = {
    ("item-list", "200", "GET"): 100,
    ("item-list", "201", "POST"): 20,
    ("<unnamed view>", "404", "GET"): 10,
}
MADE = {**WELL, ("item-list", "503", "GET"): 3}


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.end()


def fail(cluster: Cluster, number: int, path: str = "/item/") -> list[str]:
    """Make requests that time out at a locked table; their ids."""
    ids = [uuid.uuid4().hex for _ in range(number)]
    with cluster.database.locked("item_item"):
        for request_id in ids:
            answer = requests.get(
                f"{cluster.server.url}{path}",
                headers={"X-Request-ID": request_id},
                timeout=10,
            )
            assert answer.status_code == 503
    return ids


def make(cluster: Cluster, view: str, status: str, method: str) -> None:
    """A request that is counted under these labels."""
    path = "/item/" if view == "item-list" else "/nothing/"
    body = {"text": "t"} if method == "POST" else None
    answer = requests.request(
        method, f"{cluster.server.url}{path}", json=body, timeout=10
    )
    assert answer.status_code == int(status)


@pytest.fixture(scope="session")
def traffic(cluster):
    """Requests of all kinds, scraped; the ids of those that failed.

    A rate is what a counter rises by from scrape to scrape, so each is there first.
    """
    for labels in WELL:
        make(cluster, *labels)
    wait_until(lambda: counted(cluster) == dict.fromkeys(WELL, 1))
    for labels, number in WELL.items():
        for _ in range(number - 1):
            make(cluster, *labels)
    failed = fail(cluster, 3)
    wait_until(lambda: counted(cluster) == MADE)
    wait_until(lambda: cluster.metrics.value("sum(view:django_http_errors:rate1m)"))
    return failed


@pytest.fixture(scope="module")
def _recent(cluster, traffic):
    """Requests of all kinds, and some until the end: rates are of a minute."""
    # Computed once a minute: before the requests, whose rates end meanwhile.
    wait_until(
        lambda: cluster.metrics.query("objective_view:service_budget_left:ratio14d")
    )
    over = threading.Event()

    def visit() -> None:
        while not over.wait(5):
            for labels in WELL:
                with suppress(requests.RequestException, AssertionError):
                    make(cluster, *labels)

    visitor = threading.Thread(target=visit)
    visitor.start()
    try:
        fail(cluster, 1)
        # A share of the requests is recorded after their rates.
        for recorded in (
            "sum(view:django_http_errors:rate1m) > 0",
            "sum(view:django_http_responses:rate1m) > 0",
            "view:django_http_errors:ratio_rate1m",
        ):
            wait_until(partial(cluster.metrics.query, recorded))
        yield
    finally:
        over.set()
        visitor.join()


def console(cluster: Cluster) -> str:
    """The console's page."""
    answer = requests.get(f"{cluster.metrics.url}/consoles/index.html", timeout=10)
    answer.raise_for_status()
    return answer.text


def counted(cluster: Cluster) -> dict[tuple[str, ...], float]:
    result = cluster.metrics.query(
        "django_http_responses_total_by_status_view_method_total > 0"
    )
    return {
        tuple(sample["metric"][label] for label in ("view", "status", "method")): float(
            sample["value"][1]
        )
        for sample in result
    }


def run_requests(cluster, *arguments: str) -> list[str]:
    environment = {**os.environ, "LOG_DIR": str(cluster.log.directory)}
    ended = subprocess.run(
        ["find-requests", *arguments], env=environment, capture_output=True, text=True
    )
    return ended.stdout.splitlines()

"""Which release serves: those who run it see it, and clients do not."""

import pytest
import requests

from support.edge import BEHIND, Edge
from support.processes import Database, LogServer, Server
from support.program import running
from support.waiting import wait_until

VERSION = "7.8.9-told"


@pytest.mark.parametrize(
    ("variables", "version"), [({"SERVICE_VERSION": VERSION}, VERSION), ({}, "unknown")]
)
def test_metrics_and_log_tell_it(
    start_server, tmp_path, variables: dict[str, str], version: str
):
    with running(LogServer(tmp_path)) as log:
        server = start_server(**variables, **log.forwarding)
        assert server.samples()[f'service_build_info{{version="{version}"}}'] == 1
        wait_until(lambda: f"Version {version} begins to serve." in log.text())


def refuse_to_tell(answer: requests.Response, status: int) -> None:
    """Fail where an answer is another one, or names the version."""
    assert answer.status_code == status, answer.url
    assert VERSION not in f"{answer.headers} {answer.text}", answer.url


def ask_for_all(server: Server, database: Database) -> None:
    """Answers of nginx and of Django, of pages, the API and errors of every origin."""
    pages = ("/", "/item/", "/docs/", "/schema/", "/admin/login/", "/healthcheck/")
    for path in (*pages, "/healthcheck/live/", "/healthcheck/ready/"):
        refuse_to_tell(requests.get(f"{server.url}{path}", timeout=30), 200)
    for path, status in (("/nothing/", 404), ("/metrics", 404), ("/static/n", 404)):
        refuse_to_tell(requests.get(f"{server.url}{path}", timeout=30), status)
    url = f"{server.url}/item/"
    refuse_to_tell(
        requests.get(url, headers={"Host": "other.example"}, timeout=30), 400
    )
    refuse_to_tell(requests.get(url, headers={"Accept": "a/b"}, timeout=30), 406)
    refuse_to_tell(requests.get(f"{url}?{'a' * 40_000}", timeout=30), 414)
    refuse_to_tell(requests.post(url, b"{}", timeout=30), 415)
    refuse_to_tell(requests.post(url, json={}, timeout=30), 400)
    refuse_to_tell(requests.post(url, b"a" * 2**21, timeout=30), 413)
    refuse_to_tell(requests.delete(url, timeout=30), 405)
    with database.locked("item_item"):
        refuse_to_tell(requests.get(url, timeout=30), 503)


def test_no_answer_names_it(start_server, database):
    ask_for_all(start_server(SERVICE_VERSION=VERSION), database)


def test_no_answer_of_the_edge_names_it(start_server, tmp_path):
    server = start_server(SERVICE_VERSION=VERSION, **BEHIND)
    with running(Edge(tmp_path / "edge", [server], SERVICE_VERSION=VERSION)) as edge:
        refuse_to_tell(edge.get("/item/"), 200)
        refuse_to_tell(edge.get("/nothing/"), 404)
        refuse_to_tell(edge.get("/item/", headers={"Host": "other.example"}), 421)
        http = f"http://localhost:{edge.http_port}/item/"
        refuse_to_tell(requests.get(http, timeout=30, allow_redirects=False), 308)
        server.stop()
        wait_until(lambda: edge.get("/item/").status_code == 503)
        refuse_to_tell(edge.get("/item/"), 503)

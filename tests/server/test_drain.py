"""Before it stops, a server sends its clients to others for DRAIN_SECONDS."""

import os
import re
import signal
import threading
import time
from http.client import HTTPConnection

import pytest
import requests

from support.waiting import wait_until


def get(server, path: str) -> requests.Response:
    return requests.get(f"{server.url}{path}", timeout=10)


def drain(server) -> None:
    """Begin to stop a server whose drain is long."""
    server.process.terminate()
    wait_until((server.directory / "draining").exists)


def test_answers_are_as_before_and_end_their_connections(start_server):
    server = start_server(DRAIN_SECONDS="600")
    sheet = re.search(
        r'href="(/static/[^"]*[.]css)"', get(server, "/admin/login/").text
    )
    paths = ["/item/", "/admin/login/", sheet[1], "/no/such/"]
    before = {path: get(server, path) for path in paths}
    drain(server)
    for path, earlier in before.items():
        answer = get(server, path)
        assert earlier.headers["Connection"] == "keep-alive"
        assert answer.headers["Connection"] == "close"
        assert answer.status_code == earlier.status_code
        differing = {
            "Date",
            "Connection",
            "Content-Length",
            "Expires",
            "Set-Cookie",
            "X-REQUEST-ID",
            "traceparent",
        }
        assert {
            name: answer.headers[name]
            for name in answer.headers
            if name not in differing
        } == {
            name: earlier.headers[name]
            for name in earlier.headers
            if name not in differing
        }


def test_requests_that_write_are_finished_and_readiness_is_refused(start_server):
    server = start_server(DRAIN_SECONDS="600")
    assert get(server, "/healthcheck/ready/").ok
    drain(server)
    written = requests.post(f"{server.url}/item/", json={"text": "late"}, timeout=10)
    assert written.status_code == 201
    assert written.headers["Connection"] == "close"
    for path in ("", "/", "/ready", "/ready/"):
        answer = get(server, f"/healthcheck{path}")
        assert answer.status_code == 503
        assert answer.json() == {"detail": "Service Unavailable."}
    assert get(server, "/healthcheck/live/").ok


def test_second_signal_ends_the_drain(start_server):
    server = start_server(DRAIN_SECONDS="600")
    drain(server)
    assert server.stop() == 0


def test_stop_comes_after_the_drain(start_server):
    server = start_server(DRAIN_SECONDS="2")
    begun = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begun >= 2


def test_next_life_of_a_run_directory_does_not_drain(start_server):
    server = start_server(DRAIN_SECONDS="1")
    assert server.stop() == 0
    server.start()
    assert requests.get(f"{server.url}/healthcheck/", timeout=10).ok


@pytest.mark.parametrize("name", ["nginx", "uwsgi"])
def test_program_that_dies_in_a_drain_ends_it_with_an_error(start_server, name: str):
    server = start_server(DRAIN_SECONDS="600")
    drain(server)
    os.kill(server.program(name), signal.SIGKILL)
    assert server.process.wait(60) == 1


def test_forwarder_that_dies_in_a_drain_comes_back(start_server):
    server = start_server(DRAIN_SECONDS="600")
    drain(server)
    forwarder = server.program("rsyslog")
    os.kill(forwarder, signal.SIGKILL)
    wait_until(lambda: server.programs("rsyslog") not in ([], [forwarder]))
    assert server.stop() == 0


def test_kept_connections_lose_no_request_while_another_server_answers(start_server):
    """Clients go to the other server when an answer ends their connection."""
    first, second = start_server(DRAIN_SECONDS="2"), start_server()
    lost: list[str] = []
    stop = threading.Event()

    def ask() -> None:
        port = first.port
        while not stop.is_set():
            connection = HTTPConnection("127.0.0.1", port, timeout=10)
            try:
                closed = False
                while not closed and not stop.is_set():
                    connection.request("GET", "/item/1/")
                    answer = connection.getresponse()
                    answer.read()
                    closed = answer.getheader("Connection") == "close"
                    time.sleep(0.01)
            except OSError as error:
                lost.append(repr(error))
            connection.close()
            port = second.port

    clients = [threading.Thread(target=ask) for _ in range(16)]
    for client in clients:
        client.start()
    time.sleep(1)
    assert first.stop() == 0
    stop.set()
    for client in clients:
        client.join()
    assert lost == []

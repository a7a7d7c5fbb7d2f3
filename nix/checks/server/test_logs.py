"""Log lines reach the log server, whose absence nobody waits for."""

import os
import socket
import subprocess
import uuid

import pytest
import requests
from processes import LogServer, Server
from waiting import wait_until


@pytest.fixture
def log(tmp_path):
    log = LogServer(tmp_path)
    yield log
    log.stop()


def send(server: Server, number: int) -> list[str]:
    """Make requests for a page that is not there; their ids."""
    ids = [uuid.uuid4().hex for _ in range(number)]
    for request_id in ids:
        answer = requests.get(f"{server.url}/nothing/", headers={"X-Request-ID": request_id}, timeout=10)
        assert answer.status_code == 404
    return ids


def all_arrived(log: LogServer, ids: list[str]) -> bool:
    """Whether nginx's line and Django's are there for each request; a line may come twice."""
    text = log.text()
    return all(text.count(request_id) >= 2 for request_id in ids)


def test_request_id_is_on_the_lines_of_nginx_and_django(start_server, log):
    log.start()
    server = start_server(SYSLOG_HOST="127.0.0.1", SYSLOG_PORT=str(log.port))
    (request_id,) = send(server, 1)
    wait_until(lambda: log.text().count(request_id) == 2)
    lines = [line for line in log.text().splitlines() if request_id in line]
    assert {line.split()[2] for line in lines} == {"nginx", "django"}
    assert all(line.split()[4] == f"[{request_id}]" for line in lines)


def test_nothing_is_lost_while_the_log_server_is_away(start_server, log):
    log.start()
    server = start_server(SYSLOG_HOST="127.0.0.1", SYSLOG_PORT=str(log.port))
    ids = send(server, 20)
    wait_until(lambda: all_arrived(log, ids))  # what a dying server has taken, but not written, is lost
    log.stop()
    ids += send(server, 200)
    log.start()
    wait_until(lambda: all_arrived(log, ids))


def test_what_is_queued_is_sent_before_the_end(start_server, log):
    server = start_server(SYSLOG_HOST="127.0.0.1", SYSLOG_PORT=str(log.port))
    ids = send(server, 100)
    log.start()
    assert server.stop() == 0
    wait_until(lambda: all_arrived(log, ids))


@pytest.mark.parametrize("kind", ["unresolvable", "dead", "stuck"])
def test_server_works_without_a_log_server(start_server, kind: str):
    with socket.socket() as stuck:
        stuck.bind(("127.0.0.1", 0))
        if kind == "stuck":
            stuck.listen(1)  # accepts, and never reads
        host = "does-not-resolve.example" if kind == "unresolvable" else "127.0.0.1"
        server = start_server(SYSLOG_HOST=host, SYSLOG_PORT=str(stuck.getsockname()[1]))
        send(server, 300)
        assert server.stop() == 0


def test_what_a_full_queue_drops_is_counted(start_server, log):
    server = start_server(SYSLOG_HOST="127.0.0.1", SYSLOG_PORT=str(log.port))
    sent = {f"line-{number:05}" for number in range(60_000)}  # the queue holds 50,000
    server.log(sorted(sent))
    log.start()
    discarded = 'templatesite_log_lines_discarded_total{queue="forward queue"}'

    def lost() -> int:
        return len(sent - {line.split()[-1] for line in log.text().splitlines()})

    wait_until(lambda: 0 < lost() <= server.samples().get(discarded, 0))


def test_client_cannot_write_a_line_of_its_own(start_server, log):
    log.start()
    server = start_server(SYSLOG_HOST="127.0.0.1", SYSLOG_PORT=str(log.port))
    path = "/%0D%0Ainjected%1B%7F%E2%80%A8injected/"
    agent = {"User-Agent": "a\tinjected", "Referer": "x" * 8000, "X-Request-ID": "a\tinjected"}
    assert requests.get(f"{server.url}{path}", headers=agent, timeout=10).status_code == 404
    wait_until(lambda: "Not Found" in log.text() and '"GET /%0D' in log.text())
    (request_id,) = {line.split()[4] for line in log.text().splitlines() if "injected" in line}
    lines = [line for line in log.text().split("\n") if request_id in line]
    assert sorted(line.split()[2] for line in lines) == ["django", "nginx"]
    assert all(line.isprintable() for line in lines)


def test_client_cannot_make_errors_of_nginx(start_server, log):
    log.start()
    server = start_server(SYSLOG_HOST="127.0.0.1", SYSLOG_PORT=str(log.port))
    # nginx warns of a body that it writes to a file, and quotes the Referer there. Django
    # answers without reading the body.
    answer = requests.post(
        f"{server.url}/tweet/", data=b"x" * 100_000, headers={"Referer": 'x" 502 y', "Content-Type": "text/plain"}
    )
    assert answer.status_code == 415
    wait_until(lambda: 'x" 502 y' in log.text() and '"POST /tweet/" 415' in log.text())
    assert "[error]" not in log.text()
    # In whatever way such a line comes; the second one counts.
    forged = '2026/01/01 00:00:00 [error] 1#1: *1 reset, request: "GET / HTTP/1.1", referrer: "x" 502 y"'
    server.log([forged, '[id] 127.0.0.1 "GET /" 502 0 bytes'], begin="nginx:")
    counted = 'templatesite_gateway_errors_total{status="502"}'
    wait_until(lambda: server.samples().get(counted))
    assert server.samples()[counted] == 1
    failed = subprocess.run(["requests", "failed"], env={**os.environ, **log.environment}, capture_output=True)
    assert [line.split()[4] for line in failed.stdout.splitlines()] == [b"[id]"]


def test_traceback_is_one_line(start_server, log):
    log.start()
    server = start_server(SYSLOG_HOST="127.0.0.1", SYSLOG_PORT=str(log.port))
    server.log(["failed\nTraceback (most recent call last):\n  File\n\tlast"])
    wait_until(lambda: "Traceback" in log.text())
    (line,) = [line for line in log.text().splitlines() if "failed" in line]
    assert line.endswith("failed#012Traceback (most recent call last):#012  File#012#011last")

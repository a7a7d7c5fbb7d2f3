"""Log lines reach the log server, whose absence nobody waits for."""

import json
import os
import re
import signal
import socket
import struct
import subprocess
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest
import requests

from support.processes import Database, LogServer, Server, answers
from support.waiting import children, wait_until


@pytest.fixture
def log(tmp_path):
    log = LogServer(tmp_path)
    yield log
    log.end()


def send(server: Server, number: int) -> list[str]:
    """Make requests without a CSRF token, for which Django writes a line; their ids."""
    ids = [uuid.uuid4().hex for _ in range(number)]
    for request_id in ids:
        answer = requests.post(
            f"{server.url}/admin/", headers={"X-Request-ID": request_id}, timeout=10
        )
        assert answer.status_code == 403
    return ids


def send_in_turn(server: Server, number: int) -> list[str]:
    """The same, each once the forwarder has read the lines of the one before.

    nginx drops a line that the socket has no room for, which is ten lines in a sandbox.
    """
    ids = []
    for _ in range(number):
        ids += send(server, 1)
        server.wait_for_forwarder()
    return ids


def all_arrived(log: LogServer, ids: list[str]) -> bool:
    """Whether each request has nginx's line and Django's; a line may come twice."""
    text = log.text()
    return all(text.count(request_id) >= 2 for request_id in ids)


def test_request_id_is_on_the_lines_of_nginx_and_django(start_server, log):
    log.start()
    server = start_server(**log.forwarding)
    (request_id,) = send(server, 1)
    wait_until(lambda: log.text().count(request_id) == 2)
    lines = [line for line in log.text().splitlines() if request_id in line]
    assert {line.split()[2] for line in lines} == {"nginx", "django"}
    assert all(line.split()[4] == f"[{request_id}]" for line in lines)


def test_nothing_is_lost_while_the_log_server_is_away(start_server, log):
    log.start()
    server = start_server(**log.forwarding)
    ids = send_in_turn(server, 20)
    # What a dying log server has taken, but not written, is lost.
    wait_until(lambda: all_arrived(log, ids))
    log.stop()
    ids += send_in_turn(server, 200)
    log.start()
    wait_until(lambda: all_arrived(log, ids))


def test_what_is_queued_is_sent_before_the_end(start_server, log):
    server = start_server(**log.forwarding)
    ids = send_in_turn(server, 100)
    log.start()
    assert server.stop() == 0
    wait_until(lambda: all_arrived(log, ids))


def fill(server: Server, most: int) -> list[str]:
    """Write so many lines to the log socket, or as many as it has room for."""
    written: list[str] = []
    with suppress(BlockingIOError):
        while len(written) < most:
            line = f"waiting-{len(written)}."
            server.log([line], timeout=0)
            written.append(line)
    return written


@pytest.mark.parametrize("most", [3, 10_000])  # some room is left, and none
def test_lines_that_wait_in_the_socket_at_a_stop_are_read(start_server, log, most: int):
    log.start()
    server = start_server(**log.forwarding)
    uwsgi, forwarder = server.program("uwsgi"), server.program("rsyslog")
    server.log(["begun"])
    wait_until(lambda: "begun" in log.text())  # what the start wrote is read
    os.kill(forwarder, signal.SIGSTOP)  # as where many processes want the processor
    sent = fill(server, most)
    assert sent
    server.process.terminate()
    wait_until(lambda: not Path(f"/proc/{uwsgi}").exists())
    time.sleep(1)  # the forwarder is next
    os.kill(forwarder, signal.SIGCONT)
    assert server.process.wait(60) == 0
    wait_until(lambda: all(line in log.text() for line in sent))


def test_output_that_nobody_reads_holds_up_no_line(tmp_path, database, log):
    """Who writes lines would drop them: they wait for nobody."""
    log.start()
    server = Server(tmp_path / "run", database, **log.forwarding)
    with subprocess.Popen(
        server.command,
        env=server.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as server.process:
        try:
            wait_until(server.is_up)
            # Each burst fits into the queue: what is beyond may be dropped.
            for burst in range(4):
                lines = {f"unread-{burst}-{number}." for number in range(2000)}
                server.log(lines, timeout=0.5)
                wait_until(lambda lines=lines: lines <= set(log.text().split()))
        finally:
            server.end()


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


def megabytes(server: Server) -> float:
    """Memory of the forwarder and its files, which a container has in memory."""
    status = Path(f"/proc/{server.program('rsyslog')}/status").read_text()
    (resident,) = re.findall(r"^VmRSS:\s*(\d+) kB$", status, re.MULTILINE)
    files = sum(file.stat().st_size for file in server.directory.glob("forward.*"))
    return int(resident) / 1e3 + files / 1e6


def test_full_queue_has_a_bound_in_bytes_and_what_it_drops_is_counted(
    start_server, log
):
    server = start_server(**log.forwarding)
    wait_until(lambda: "service_log_lines_sent_total" in server.samples())
    sent = {f"line-{number:05}" for number in range(30_000)}
    server.log(f"{'x' * 8000} {line}" for line in sorted(sent))  # 240 MB

    def discarded() -> float:
        return sum(
            value
            for name, value in server.samples().items()
            if "log_lines_discarded_total{" in name
        )

    wait_until(lambda: discarded() > 0)
    assert megabytes(server) < 250
    log.start()

    def lost() -> int:
        return len(sent - {line.split()[-1] for line in log.text().splitlines()})

    wait_until(lambda: 0 < lost() <= discarded())


def test_forwarder_that_dies_keeps_lines_and_requests_go_on(start_server, log):
    server = start_server(**log.forwarding)
    ids = send(server, 3000)
    wait_until(
        lambda: (
            server.samples().get(
                'service_log_queue_lines{queue="forward queue[DA]"}', 0
            )
            > 2000
        )
    )
    first = server.program("rsyslog")
    os.kill(first, signal.SIGKILL)
    send(server, 20)  # nobody waits
    wait_until(lambda: any(pid != first for pid in server.programs("rsyslog")))
    log.start()
    wait_until(lambda: all_arrived(log, send(server, 1)))
    # What was in memory and not in the queue's files is lost.
    wait_until(lambda: sum(request_id in log.text() for request_id in ids) > 2000)
    assert server.stop() == 0


def test_forwarder_that_cannot_start_is_tried_again(start_server, log):
    log.start()
    server = start_server(**log.forwarding)
    configuration = server.directory / "rsyslog.conf"
    target = configuration.readlink()
    configuration.unlink()
    os.kill(server.program("rsyslog"), signal.SIGKILL)
    wait_until(lambda: not server.programs("rsyslog"))
    send(server, 20)
    time.sleep(3)  # it is tried in vain
    configuration.symlink_to(target)
    wait_until(lambda: all_arrived(log, send(server, 1)))
    configuration.unlink()
    os.kill(server.program("rsyslog"), signal.SIGKILL)
    wait_until(lambda: not server.programs("rsyslog"))
    assert server.stop() == 0


def test_lines_that_nginx_dropped_are_missed(start_server):
    server = start_server()
    wait_until(lambda: server.samples().get("service_access_lines_total"))
    forwarder = server.program("rsyslog")
    os.kill(forwarder, signal.SIGSTOP)  # it reads nothing, and the socket holds few
    for _ in range(1000):
        requests.get(f"{server.url}/metrics", timeout=10)  # nginx answers by itself
    os.kill(forwarder, signal.SIGCONT)

    def missed() -> float:
        samples = server.samples()
        return (
            samples["nginx_http_requests_total"] - samples["service_access_lines_total"]
        )

    wait_until(lambda: 400 < missed() <= 1000)


def test_long_line_keeps_its_end(start_server, log):
    log.start()
    server = start_server(**log.forwarding)
    path = "/admin/" + "%C3%A4" * 1000
    answer = requests.post(
        f"{server.url}{path}", headers={"X-Request-ID": "long"}, timeout=10
    )
    assert answer.status_code == 403
    os.write(server.output("uwsgi"), b"A" * 100_000 + b" the reason\n")
    wait_until(lambda: "the reason" in log.text() and log.text().count("[long]") == 2)
    lines = {
        line.split()[2]: line
        for line in log.text().splitlines()
        if "[long]" in line or "reason" in line
    }
    assert len(lines["nginx"]) < 2048
    assert '..." 403 ' in lines["nginx"]
    assert len(lines["django"]) > 4000
    assert 15_000 < len(lines["uwsgi"]) < 16_384
    assert lines["uwsgi"].endswith(" the reason")


def test_client_cannot_write_a_line_of_its_own(start_server, log):
    log.start()
    server = start_server(**log.forwarding)
    path = "/admin/%1B%7F%E2%80%A8injected/"
    agent = {
        "User-Agent": "a\tinjected",
        "Referer": "x" * 8000,
        "X-Request-ID": "a\tinjected",
    }
    assert (
        requests.post(f"{server.url}{path}", headers=agent, timeout=10).status_code
        == 403
    )
    wait_until(lambda: "Forbidden" in log.text() and '"POST /admin/%1B' in log.text())
    (request_id,) = {
        line.split()[4] for line in log.text().splitlines() if "injected" in line
    }
    lines = [line for line in log.text().split("\n") if request_id in line]
    assert sorted(line.split()[2] for line in lines) == ["django", "nginx"]
    assert all(line.isprintable() for line in lines)


def test_client_cannot_make_errors_of_nginx(start_server, log):
    log.start()
    server = start_server(**log.forwarding)
    # nginx warns of a body that it writes to a file, and quotes the request there.
    # Django answers without reading the body.
    path = '/item/" 502 y/'
    headers = {"Content-Length": "100000", "Content-Type": "text/plain"}
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.putrequest("POST", path.replace(" ", "%20"))
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(b"x" * 100_000)
        assert connection.getresponse().status == 404
    wait_until(
        lambda: "buffered to a temporary file" in log.text() and "404 " in log.text()
    )
    assert "[error]" not in log.text()
    # In whatever way such a line comes; the second one counts.
    forged = (
        "2026/01/01 00:00:00 [error] 1#1: *1 reset, "
        'request: "GET / HTTP/1.1", referrer: "x" 502 y"'
    )
    server.log([forged, '[id] 127.0.0.1 "GET /" 502 0 bytes'], begin="nginx:")
    counted = 'service_gateway_errors_total{status="502"}'
    wait_until(lambda: server.samples().get(counted))
    assert server.samples()[counted] == 1
    failed = subprocess.run(
        ["find-requests", "failed"],
        env={**os.environ, **log.environment},
        capture_output=True,
    )
    assert [line.split()[4] for line in failed.stdout.splitlines()] == [b"[id]"]


def refuse_in_many_ways(server: Server, database: Database) -> None:
    """Make nginx and uWSGI tell of requests with a query and a Referer."""
    headers = {"Referer": 'http://other.example/, request: "secret'}
    url = f"{server.url}/item/?secret"
    assert (
        requests.post(url, data=b"x" * 2**21, headers=headers, timeout=10).status_code
        == 413
    )
    login = f"{server.url}/admin/login/?secret"
    wait_until(
        lambda: requests.post(login, headers=headers, timeout=10).status_code == 429
    )
    (worker,) = children(server.program("uwsgi"))
    with database.locked("item_item"), ThreadPoolExecutor() as pool:
        answer = pool.submit(requests.get, url, headers=headers, timeout=30)
        wait_until(lambda: database.waiting() == 1)
        os.kill(worker, signal.SIGKILL)
        assert answer.result().status_code == 502
    for _ in range(50):  # clients that leave without their answer
        with socket.create_connection(("127.0.0.1", server.port)) as leaving:
            leaving.sendall(b"GET /item/?secret HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            leaving.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )


def test_log_has_no_query_and_no_referer_and_each_error_once(
    start_server, database, log
):
    log.start()
    server = start_server(**log.forwarding, PGOPTIONS="-c lock_timeout=0")
    refuse_in_many_ways(server, database)
    assert server.stop() == 0
    wait_until(lambda: '"GET /item/" 502' in log.text())
    text = log.text()
    assert "secret" not in text
    assert text.count("client intended to send too large body") == 1
    assert (
        text.count("limiting requests") == text.count('"POST /admin/login/" 429') == 1
    )
    # On a busy machine nginx may also warn that a line of this request was dropped.
    assert len(re.findall(r'\[error\].*request: "GET /item/"', text)) == 1
    assert not [
        line
        for line in text.splitlines()
        if line.split()[2] == "uwsgi" and "item" in line
    ]


def test_uwsgis_own_lines_have_no_query(start_server, log):
    log.start()
    server = start_server(**log.forwarding)
    server.log(
        [
            "HARAKIRI [core 0] 127.0.0.1 - GET /item/?secret=1?2 since 1764000000",
            "why? because",
        ],
        "uwsgi:",
    )
    wait_until(lambda: "because" in log.text())
    assert "HARAKIRI [core 0] 127.0.0.1 - GET /item/ since 1764000000\n" in log.text()
    assert "why? because\n" in log.text()


def test_access_line_has_the_path_of_any_method(start_server, log):
    log.start()
    server = start_server(**log.forwarding)
    for method in ("G_ET", "UNHEARD-OF"):
        assert (
            requests.request(
                method, f"{server.url}/item/?secret", timeout=10
            ).status_code
            == 405
        )
    wait_until(
        lambda: (
            '"G_ET /item/" 405' in log.text()
            and '"UNHEARD-OF /item/" 405' in log.text()
        )
    )


def test_traceback_is_one_line(start_server, log):
    log.start()
    server = start_server(**log.forwarding)
    server.log(["failed\nTraceback (most recent call last):\n  File\n\tlast"])
    wait_until(lambda: "Traceback" in log.text())
    (line,) = [line for line in log.text().splitlines() if "failed" in line]
    assert line.endswith(
        "failed#012Traceback (most recent call last):#012  File#012#011last"
    )


def test_metrics_of_the_log_come_when_another_program_has_left_their_port(log):
    with socket.create_server(("127.0.0.1", log.metrics_port)):
        log.start()
        time.sleep(1)  # it has tried
    wait_until(lambda: answers(f"http://127.0.0.1:{log.metrics_port}/metrics.txt"))


def test_output_is_json_where_that_is_asked_for(start_server, log, capfd):
    log.start()
    server = start_server(LOG_FORMAT="json", **log.forwarding, UWSGI_PROCESSES="2")
    (request_id,) = send(server, 1)
    requests.get(f"{server.url}/item/", timeout=10)
    name = '"quoted" \\ \u00e9'
    requests.get(f"{server.url}/no/{name}/", headers={"Referer": '"'}, timeout=10)
    server.log(['failed\nTraceback (most recent call last):\n  File "x"\n\tlast'])
    # What a forwarder has is lost when it is killed.
    wait_until(lambda: "Traceback" in log.text())
    os.kill(server.program("rsyslog"), signal.SIGKILL)
    wait_until(lambda: len(server.programs("rsyslog")) == 1)
    assert server.stop() == 0

    output, errors = capfd.readouterr()
    lines = [
        json.loads(line)
        for line in (output + errors).splitlines()
        if "LOG: " not in line
    ]
    assert all({"time", "level", "program", "message"} <= set(line) for line in lines)
    assert {"nginx", "uwsgi", "django", "supervise"} <= {
        line["program"] for line in lines
    }
    by_program = {
        line["program"]: line for line in lines if line.get("request_id") == request_id
    }
    access = by_program["nginx"]
    assert (access["method"], access["path"], access["status"]) == (
        "POST",
        "/admin/",
        403,
    )
    assert 0 <= access["duration"] < 60
    assert by_program["django"]["level"] == "warning"
    trace_id = access["trace_id"]
    assert by_program["django"]["trace_id"] == trace_id
    begin = f"[{request_id}] [{trace_id}] "
    assert by_program["django"]["message"].startswith(f"{begin}WARNING ")
    (listed,) = [line for line in lines if line.get("path") == "/item/"]
    assert (listed["view"], listed["user"], listed["queries"]) == (
        *("item-list", "anonymous"),
        1,
    )
    assert 0 <= listed["database"] <= listed["duration"]
    datetime.fromisoformat(access["time"])
    # The log server takes the same lines as ever.
    assert f'{begin}127.0.0.1 "POST /admin/" 403 ' in log.text()


BURST = """
import time
print(*(f"line {number} of a burst" for number in range(300)), sep="\\n", flush=True)
time.sleep(3600)
"""


def test_burst_of_a_program_goes_on_whole(start_server, log):
    """The kernel has room for ten lines between the supervisor and the forwarder."""
    log.start()
    start_server("worker", "shell", "-c", BURST, **log.forwarding)
    wait_until(lambda: log.text().count(" of a burst") == 300)


def test_lines_of_a_burst_stay_in_order(start_server, log):
    """Those that the forwarder's queue wrote to its files would arrive late."""
    log.start()
    server = start_server(**log.forwarding)
    for end in range(700, 14_001, 700):
        server.log(f"in-order-{number}." for number in range(end - 700, end))
        wait_until(lambda end=end: log.text().count("in-order-") == end)
    numbers = [int(number) for number in re.findall(r"in-order-(\d+)", log.text())]
    assert numbers == sorted(numbers)


BURSTS = """
import time
while True:
    print(*range(3000), sep="\\n", flush=True)
    time.sleep(0.1)
"""


def test_bursts_before_a_slow_forwarder_hold_up_no_stop(start_server):
    """It takes as many as its socket holds at once, and then is slow to come again."""
    server = start_server("worker", "shell", "-c", BURSTS, DRAIN_SECONDS="60")
    forwarder = server.program("rsyslog")
    over = threading.Event()

    def slow_down() -> None:
        while not over.wait(0.01):
            os.kill(forwarder, signal.SIGSTOP)
            over.wait(0.15)
            os.kill(forwarder, signal.SIGCONT)

    slowing = threading.Thread(target=slow_down)
    slowing.start()
    try:
        time.sleep(2)
        server.process.terminate()
        wait_until((server.directory / "draining").exists, seconds=10)
    finally:
        over.set()
        slowing.join()
    assert server.stop() == 0

"""What clients see of the edge; it neither loses nor repeats what they send."""

import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import threading
import time
from contextlib import ExitStack, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from uuid import uuid4

import pytest
import requests

from support.edge import BEHIND, Edge
from support.processes import LogServer, Server, free_port
from support.program import running
from support.waiting import wait_until


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    with running(LogServer(tmp_path_factory.mktemp("log"))) as log:
        yield log


@pytest.fixture(scope="module")
def server(tmp_path_factory, database, log):
    """A server that every test leaves as it is; its directory's name has a space."""
    directory = tmp_path_factory.mktemp("a server")
    with running(Server(directory, database, **BEHIND, **log.forwarding)) as server:
        yield server


@pytest.fixture(scope="module")
def edge(tmp_path_factory, server, log):
    """An edge that every test leaves as it is; its directory's name has a space."""
    directory = tmp_path_factory.mktemp("edge") / "an edge"
    with running(Edge(directory, [server], **log.forwarding)) as edge:
        yield edge


@pytest.fixture
def start_edge(tmp_path):
    """Start an edge; what the test leaves running is stopped."""
    numbers = count()
    with ExitStack() as edges:

        def start(servers, **variables: str) -> Edge:
            directory = tmp_path / f"edge-{next(numbers)}"
            return edges.enter_context(running(Edge(directory, servers, **variables)))

        yield start


def test_names_have_tls_and_http_leads_there(edge):
    assert edge.get("/item/").ok
    with edge.connection(10, "h2", "http/1.1") as connection:
        assert connection.selected_alpn_protocol() == "h2"
    answer = requests.get(
        f"http://localhost:{edge.http_port}/item/?a=1",
        timeout=10,
        allow_redirects=False,
    )
    assert answer.status_code == 308
    assert answer.headers["Location"] == "https://localhost/item/?a=1"


def test_other_hosts_are_misdirected(edge):
    headers = {"Host": "other.example"}
    assert edge.get("/item/", headers=headers).status_code == 421
    url = f"http://localhost:{edge.http_port}/item/"
    answer = requests.get(url, headers=headers, timeout=10, allow_redirects=False)
    assert answer.status_code == 421


def test_server_learns_the_client_and_the_scheme_from_the_edge_alone(edge):
    said = {
        "X-Forwarded-For": "192.0.2.1",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "a",
    }
    answer = edge.get("/item/1/", headers=said)
    assert answer.ok
    assert answer.json()["href"].startswith("https://localhost:")


@pytest.mark.parametrize("given", ["abc.1", 'no "id"', "x" * 129, None])
def test_request_id_is_in_the_answer_and_in_both_lines(edge, log, given: str | None):
    headers = {"X-REQUEST-ID": given} if given else {}
    headers["traceparent"] = f"00-{'a' * 32}-{'b' * 16}-01"  # of no trusted proxy
    answer = edge.get("/item/?key=hidden", headers=headers)
    identifier = answer.headers["X-REQUEST-ID"]
    assert (identifier == given) == (given == "abc.1")
    trace_id = answer.headers["traceparent"][3:35]
    assert trace_id != "a" * 32
    line = f'[{identifier}] [{trace_id}] 127.0.0.1 "GET /item/" 200 '
    wait_until(
        lambda: log.text().count(line) == 2 and line in edge.output_file.read_text()
    )
    assert (
        f' caddy info [{identifier}] [{trace_id}] 127.0.0.1 "GET /item/" 200 '
        in log.text()
    )
    assert "hidden" not in log.text()
    assert "hidden" not in edge.output_file.read_text()


def test_edge_serves_while_the_log_is_away_and_delivers_later(
    start_edge, server, tmp_path
):
    (tmp_path / "late").mkdir()
    log = LogServer(tmp_path / "late")
    edge = start_edge([server], **log.forwarding)
    assert edge.get("/item/", headers={"X-REQUEST-ID": "early"}).ok
    log.start()
    wait_until(lambda: "[early]" in log.text())
    assert edge.stop() == 0
    log.end()


def test_lines_are_objects_where_that_is_set(start_edge, server):
    edge = start_edge([server], LOG_FORMAT="json")
    assert edge.get("/item/", headers={"X-REQUEST-ID": "abc.2"}).ok

    def line() -> str:
        found = [x for x in edge.output_file.read_text().splitlines() if '"abc.2"' in x]
        return found[0] if found else ""

    wait_until(line)
    logged = json.loads(line())
    assert {
        name: logged[name] for name in ("program", "level", "method", "path", "status")
    } == {
        "program": "caddy",
        "level": "info",
        "method": "GET",
        "path": "/item/",
        "status": 200,
    }
    assert 0 < logged["duration"] < 30


def test_client_cannot_write_parts_of_an_access_line(edge, log):
    with edge.connection(30) as connection:
        connection.sendall(
            b'GET https://user:hidden@localhost/a"b?key=hidden HTTP/1.1\r\n'
            b"Host: localhost\r\n"
            b"X-Request-ID: abc.4\r\nConnection: close\r\n\r\n"
        )
        while connection.recv(4096):
            pass
    line = r'caddy info \[abc\.4\] \[\w{32}\] 127\.0\.0\.1 "GET /a%22b" 404 '
    wait_until(lambda: re.search(line, log.text()))
    assert "hidden" not in log.text()


def test_long_address_leaves_no_query_in_the_log(edge, log):
    """Its line is cut, and is no object any more."""
    query = "token=hidden" + '"' * 9_000
    url = f"http://localhost:{edge.http_port}/item/"
    with socket.create_connection(
        ("localhost", edge.http_port), timeout=30
    ) as connection:
        connection.sendall(
            (
                f"GET /item/?{query} HTTP/1.1\r\n"
                "Host: localhost\r\n"
                "Connection: close\r\n\r\n"
            ).encode()
        )
        while connection.recv(4096):
            pass
    requests.get(f"{url}last", timeout=10, allow_redirects=False)
    wait_until(lambda: '"GET /item/last" 308 ' in log.text())
    assert "hidden" not in log.text()
    assert "hidden" not in edge.output_file.read_text()


def test_limits_are_those_of_nginx(edge):
    kind = {"Content-Type": "application/json"}
    large = b"x" * (2**20 + 1)
    answers = [
        edge.request("POST", "/item/", data=large, headers=kind),
        edge.request("POST", "/item/", data=iter([large[:99], large]), headers=kind),
        edge.get("/item/", headers={"X-Large": "x" * 20_000}),
        edge.get(f"/{'x' * 9_000}"),
    ]
    assert [answer.status_code for answer in answers] == [413, 413, 431, 414]
    for answer in answers:
        assert answer.json()["detail"]
    assert edge.get("/item/", headers={f"X-{number}": "1" for number in range(900)}).ok
    # Go's own limit, before any server is asked.
    assert edge.get("/item/", headers={"X-Large": "x" * 60_000}).status_code == 431
    assert edge.get("/item/").ok


def http2_frame(kind: int, flags: int, payload: bytes, stream: int = 1) -> bytes:
    return (
        len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload
    )


def http2_header(name: bytes, value: bytes) -> bytes:
    """A header as HPACK has it, without its table."""
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


HTTP2_FIELDS = {
    b":method": b"POST",
    b":scheme": b"https",
    b":authority": b"localhost",
    b":path": b"/item/",
    b"content-type": b"application/json",
    b"content-length": b"9",
}
SHORT_HTTP2 = (
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    + http2_frame(4, 0, b"", 0)
    + http2_frame(
        1, 4, b"".join(http2_header(*field) for field in HTTP2_FIELDS.items())
    )
    + http2_frame(0, 1, b"{")  # the last one
)


def test_short_http2_body_is_the_fault_of_the_client(edge):
    with edge.connection(30, "h2") as connection, connection.makefile("rb") as answer:
        connection.sendall(SHORT_HTTP2)
        kind, head = 0, b""
        while kind != 1:
            head = answer.read(9)
            kind, payload = head[3], answer.read(int.from_bytes(head[:3]))
    assert payload[:1] == b"\x8c"  # HPACK's ":status: 400"


class KeptHttp1:
    """A client's connection with requests one after the other."""

    PROTOCOL = "http/1.1"

    def __init__(self, connection: ssl.SSLSocket) -> None:
        self.http = http.client.HTTPConnection("localhost")
        self.http.sock = connection

    def ask(self) -> bool:
        """Whether the answer lets the connection be kept."""
        self.http.request("GET", "/item/1/")
        answer = self.http.getresponse()
        answer.read()
        assert answer.status == 200
        return answer.getheader("Connection") != "close"


class KeptHttp2:
    """The same with HTTP/2."""

    PROTOCOL = "h2"
    ASKED = b"".join(
        http2_header(*field)
        for field in {
            b":method": b"GET",
            b":scheme": b"https",
            b":authority": b"localhost",
            b":path": b"/item/1/",
        }.items()
    )

    def __init__(self, connection: ssl.SSLSocket) -> None:
        self.connection, self.answers = connection, connection.makefile("rb")
        self.stream = -1
        connection.sendall(
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            + http2_frame(4, 0, b"", 0)
            + http2_frame(8, 0, (2**30).to_bytes(4), 0)  # any number of bytes
        )

    def ask(self) -> bool:
        """Whether there was no GOAWAY: one may leave this request out, and ends it."""
        self.stream += 2
        self.connection.sendall(http2_frame(1, 5, self.ASKED, self.stream))
        kept, ended = True, False
        while not ended:
            head = self.answers.read(9)
            if len(head) < 9:
                raise ConnectionResetError
            kind, flags, stream = head[3], head[4], int.from_bytes(head[5:])
            payload = self.answers.read(int.from_bytes(head[:3]))
            assert kind != 3, "RST_STREAM"
            if kind == 1:
                assert payload[:1] == b"\x88"  # HPACK's ":status: 200"
            if kind == 7:
                kept = False
                ended = int.from_bytes(payload[:4]) < self.stream
            ended |= stream == self.stream and bool(flags & 1)
        return kept


def ask_until_refused(
    edge: Edge, kept: type[KeptHttp1 | KeptHttp2], unanswered: list[str]
) -> None:
    with suppress(OSError):  # nothing was asked where no connection was made
        while True:
            with edge.connection(30, kept.PROTOCOL) as connection:
                client = kept(connection)
                try:
                    while client.ask():
                        time.sleep(0.05)
                except (AssertionError, OSError, http.client.HTTPException) as error:
                    unanswered.append(repr(error))
                    return


@pytest.mark.parametrize("kept", [KeptHttp1, KeptHttp2])
def test_stop_of_the_edge_answers_each_request_on_a_kept_connection(
    start_edge, server, kept
):
    edge = start_edge([server], DRAIN_SECONDS="2")
    unanswered: list[str] = []
    clients = [
        threading.Thread(target=ask_until_refused, args=(edge, kept, unanswered))
        for _ in range(8)
    ]
    for client in clients:
        client.start()
    time.sleep(1)
    assert edge.stop() == 0
    for client in clients:
        client.join()
    assert unanswered == []


@pytest.mark.parametrize(
    "body",
    [
        b"zz\r\n{}\r\n0\r\n\r\n",
        b"2\r\n{}xx0\r\n\r\n",
        b"2\r\n{}\r\n\r\n",
        b"fffffffffffffffff\r\n{}\r\n0\r\n\r\n",
        b"2\r\n{}\r\n0\r\nno trailer\r\n\r\n",
    ],
)
def test_malformed_chunk_is_the_fault_of_the_client(edge, server, body: bytes):
    places = [edge.connection(30)]
    if b"trailer" not in body:  # nginx reads none
        places.append(socket.create_connection(("127.0.0.1", server.port), timeout=30))
    for connected in places:
        with connected as connection:
            connection.sendall(
                b"POST /item/ HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: abc.5\r\n"
                b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                + body
            )
            with http.client.HTTPResponse(connection) as answer:
                answer.begin()
                assert answer.status == 400
                assert json.loads(answer.read())["detail"]
                assert answer.headers["X-REQUEST-ID"] == "abc.5"
                assert "Retry-After" not in answer.headers


def test_silent_clients_are_let_go(start_edge, server):
    edge = start_edge([server], EDGE_BODY_SECONDS="7")
    begun = b"POST /item/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n"
    for sent in (begun, begun + b"\r\n{"):
        with edge.connection(180) as connection:
            connection.sendall(sent)
            while connection.recv(4096):
                pass


def test_output_that_nobody_reads_stops_no_request(tmp_path, server):
    edge = Edge(tmp_path / "edge", [server])
    edge.process = subprocess.Popen(
        edge.command,
        env=edge.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    wait_until(edge.is_up)
    with requests.Session() as session:
        for _ in range(1000):
            assert session.get(
                f"{edge.url}/item/1/", verify=str(edge.authority), timeout=30
            ).ok
    assert edge.stop() == 0
    assert edge.process.stdout
    edge.process.stdout.close()


def test_slow_requests_take_no_server_away(start_edge, start_server, database):
    """They fill its workers, in whose queue many health checks wait, too."""
    edge = start_edge([start_server(**BEHIND)])
    page = edge.get("/admin/login/").text
    sheet = re.findall(r'href="(/static/[^"]*[.]css)"', page)[0]
    with database.locked("item_item"):
        clients = [
            threading.Thread(target=edge.get, args=("/item/",)) for _ in range(20)
        ]
        for client in clients:
            client.start()
        for _ in range(15):
            time.sleep(1)
            assert edge.get(sheet).ok
    for client in clients:
        client.join()


def test_service_without_a_server_says_so_in_json(start_edge, start_server):
    server = start_server(**BEHIND)
    edge = start_edge([server])
    assert server.stop() == 0
    wait_until(lambda: edge.get("/item/").status_code == 503)
    conditions = {"If-None-Match": "*", "Range": "bytes=0-3"}
    answer = edge.get("/item/", headers={"X-REQUEST-ID": "abc.3", **conditions})
    assert answer.json() == {"detail": "Service Unavailable."}
    assert answer.headers["X-REQUEST-ID"] == "abc.3"
    assert answer.headers["Retry-After"] == "1"
    assert answer.headers["Content-Type"].startswith("application/json")
    assert "ETag" not in answer.headers


class Upstream:
    """A server that reads and counts each request and closes without an answer."""

    def __init__(self) -> None:
        seen = self.seen = {"GET": 0, "POST": 0, "PUT": 0, "DELETE": 0}

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.path == "/healthcheck/":
                    self.send_response(200)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                seen[self.command] += 1
                self.close_connection = True

            def log_message(self, *arguments: object) -> None:
                pass

        for method in seen:
            setattr(Handler, f"do_{method}", Handler.handle_any)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_request_that_writes_is_never_sent_again(start_edge, method: str):
    first, second = Upstream(), Upstream()
    edge = start_edge([first, second])
    answer = edge.request(method, "/item/", json={"text": "once"})
    assert answer.status_code == 502
    assert first.seen[method] + second.seen[method] == 1


def write(edge: Edge, stop: threading.Event, statuses: dict[str, int]) -> None:
    """Write rows of distinct texts and read one, in one session.

    Up to twenty requests a second: eight such clients leave the edge time to ask the
    servers' health.
    """
    with requests.Session() as session:
        ask = partial(session.request, verify=str(edge.authority), timeout=60)
        while not stop.wait(0.1):
            text = str(uuid4())
            statuses[text] = ask(
                "POST", f"{edge.url}/item/", json={"text": text}
            ).status_code
            statuses[f"GET {text}"] = ask("GET", f"{edge.url}/item/1/").status_code


def written(database) -> dict[str, int]:
    """How many rows there are of each text."""
    rows = database.run_sql(
        "SELECT text || ' ' || count(*) FROM item_item GROUP BY text"
    )
    return {
        text: int(count) for text, count in (row.split() for row in rows.splitlines())
    }


@pytest.fixture
def load():
    """Clients of an edge, and their answers: by text, and by 'GET ' and text."""
    stop = threading.Event()
    clients: list[threading.Thread] = []
    statuses: dict[str, int] = {}

    def begin(edge: Edge):
        clients.extend(
            threading.Thread(target=write, args=(edge, stop, statuses))
            for _ in range(8)
        )
        for client in clients:
            client.start()

        def end() -> dict[str, int]:
            stop.set()
            for client in clients:
                client.join()
            return statuses

        return end

    yield begin
    stop.set()


def test_release_fails_no_request_and_writes_each_row_once(
    start_edge, start_server, database, load
):
    servers = [
        start_server(**BEHIND, DRAIN_SECONDS="10", API_ANONYMOUS_WRITES="true")
        for _ in "ab"
    ]
    edge = start_edge(servers)
    end = load(edge)
    for server in servers:
        assert server.stop() == 0
        server.start()
        wait_until(lambda: up(edge) == len(servers))
    statuses = end()
    assert set(statuses.values()) == {200, 201}
    rows = written(database)
    assert {rows.get(text) for text in statuses if not text.startswith("GET")} == {1}


def up(edge: Edge) -> int:
    """How many servers the edge finds well."""
    answer = requests.get(f"http://127.0.0.1:{edge.metrics_port}/metrics", timeout=10)
    answer.raise_for_status()
    text = answer.text
    name = "caddy_reverse_proxy_upstreams_healthy{"
    return sum(
        line.startswith(name) and line.endswith(" 1") for line in text.splitlines()
    )


def test_death_of_a_server_repeats_no_write_and_loses_none(
    start_edge, start_server, database, load
):
    servers = [start_server(**BEHIND, API_ANONYMOUS_WRITES="true") for _ in "ab"]
    edge = start_edge(servers)
    end = load(edge)
    time.sleep(1)
    os.killpg(servers[0].program("nginx"), signal.SIGKILL)
    assert servers[0].process.wait(60) == 1
    time.sleep(1)
    statuses = end()
    assert {status for text, status in statuses.items() if text.startswith("GET")} == {
        200
    }
    rows = written(database)
    for text, status in statuses.items():
        if not text.startswith("GET"):
            assert rows.get(text, 0) in ({1} if status == 201 else {0, 1})


def refused(edge: Edge, **variables: str) -> str:
    """The sentence with which the edge's start refuses a variable."""
    ended = subprocess.run(
        ["service-edge"],
        env=edge.environment | variables,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.count("\n") == 1
    return ended.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DRAIN_SECONDS", "601"),
        ("EDGE_BODY_SECONDS", "0"),
        ("EDGE_CERTIFICATE", "/no/such.pem"),
        ("EDGE_DIR", "/no/such"),
        ("EDGE_EMAIL", "a b@c"),
        ("EDGE_HTTPS_PORT", "https"),
        ("EDGE_NAMES", "https://api.example.com"),
        ("EDGE_NAMES", "*.example.com"),
        ("EDGE_OWN_AUTHORITY", "yes"),
        ("EDGE_UPSTREAMS", "server"),
        ("LOG_FORMAT", "xml"),
        ("SYSLOG_PORT", "syslog"),
    ],
)
def test_malformed_variable_ends_the_start_of_the_edge_with_a_sentence(
    tmp_path, variable: str, value: str
):
    edge = Edge(tmp_path / "edge", [], EDGE_UPSTREAMS="127.0.0.1:1")
    assert variable in refused(edge, **{variable: value})


@pytest.mark.parametrize("character", ['"', "\\", "{", "\n"])
def test_directory_whose_name_caddy_cannot_take_is_refused(tmp_path, character: str):
    edge = Edge(tmp_path / f"a{character}b", [], EDGE_UPSTREAMS="127.0.0.1:1")
    assert refused(edge).startswith("edge: EDGE_DIR must be a directory without ")


def test_port_that_is_taken_ends_the_edge_with_an_error(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        edge = Edge(
            tmp_path / "edge",
            [],
            EDGE_UPSTREAMS=f"127.0.0.1:{free_port()}",
            EDGE_HTTPS_PORT=port,
        )
        ended = subprocess.run(
            ["service-edge"],
            env=edge.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert ended.returncode == 1
    assert "address already in use" in ended.stdout + ended.stderr

"""What spans cost a request: off, one trace in ten, every trace, a dead collector.

    traces.py [--rounds 5]

Needs a service whose dependencies have chassis[otel]. Starts a database, a collector
that takes all and keeps nothing, and a server with one worker for each column. In each
round wrk asks one after the other for a row, from 16 connections for some seconds.
Prints a table: the medians of the worker's processor time for a request and of the
50th and 99th percentile in milliseconds, each also as a ratio to `off` in its round;
and the worker's memory at the end.
"""

import argparse
import os
import re
import socket
import statistics
import tempfile
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Process, Queue
from pathlib import Path

from serve import SECONDS, processor_seconds, wrk
from support.processes import Database, Server
from support.program import running
from support.waiting import children

ROW = "/tweet/1/"
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
FIGURES = ("processor", "p50", "p99")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


def collect(ports: "Queue[int]") -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ports.put(server.server_port)
    server.serve_forever()


def worker(server: Server) -> int:
    (pid,) = children(server.program("uwsgi"))
    return pid


def processor(server: Server) -> float:
    """Milliseconds of the worker's processor time until now."""
    return processor_seconds(worker(server)) * 1000


def megabytes(server: Server) -> float:
    status = Path(f"/proc/{worker(server)}/status").read_text()
    (resident,) = re.findall(r"^VmRSS:\s*(\d+) kB$", status, re.MULTILINE)
    return int(resident) / 1000


def measure(server: Server) -> dict[str, float]:
    before = processor(server)
    measured = wrk(server.url + ROW, "GET")
    requests = measured["rate"] * SECONDS
    return {**measured, "processor": (processor(server) - before) / requests}


def print_table(columns: dict[str, list[dict[str, float]]]) -> None:
    print("| | " + " | ".join(FIGURES) + " |")
    for name, rounds in columns.items():
        cells = []
        for figure in FIGURES:
            values = [one[figure] for one in rounds]
            ratios = [
                one[figure] / off[figure]
                for one, off in zip(rounds, columns["off"], strict=True)
            ]
            median = statistics.median(values)
            cells.append(f"{median:.2f} ({statistics.median(ratios):.2f})")
        print(f"| {name} | " + " | ".join(cells) + " |")


def variables(taken: int, refused: int) -> dict[str, dict[str, str]]:
    """What each column's server is told, by the ports of two collectors."""
    every = {"OTEL_TRACES_SAMPLER": "always_on"}
    there = {ENDPOINT: f"http://127.0.0.1:{taken}"}
    away = {ENDPOINT: f"http://127.0.0.1:{refused}"}
    return {
        "off": {},
        "one in ten": there,
        "every trace": there | every,
        "a dead collector": away | every,
    }


def compare(directory: Path, kinds: dict[str, dict[str, str]], rounds: int) -> None:
    (directory / "db").mkdir()
    with ExitStack() as programs:
        database = programs.enter_context(running(Database(directory / "db")))
        servers = {
            name: programs.enter_context(
                running(Server(directory / str(number), database, **told))
            )
            for number, (name, told) in enumerate(kinds.items())
        }
        columns: dict[str, list[dict[str, float]]] = {name: [] for name in kinds}
        for server in servers.values():
            measure(server)  # the first does not count
        for _ in range(rounds):
            for name, server in servers.items():
                columns[name].append(measure(server))
        print_table(columns)
        for name, server in servers.items():
            print(f"{name}: {megabytes(server):.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    os.environ.pop("DEBUG_MODE", None)  # for a server in production settings
    ports: Queue[int] = Queue()
    collector = Process(target=collect, args=(ports,), daemon=True)
    collector.start()
    with (
        tempfile.TemporaryDirectory(prefix="traces-", dir="/tmp") as directory,
        socket.socket() as dead,
    ):
        dead.bind(("127.0.0.1", 0))
        compare(Path(directory), variables(ports.get(), dead.getsockname()[1]), rounds)
    collector.terminate()


if __name__ == "__main__":
    main()

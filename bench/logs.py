"""Log lines lost in an outage of the log server, and requests in a storm of lines.

    logs.py [costs] [outage] [storm]

Starts a database, a log server and a server on this machine. Prints, of what it is
asked for, which is all by default: how much processor time the server's forwarder and
supervisor take for an access line while 16 connections read; how many lines of 200
requests a second are lost when the log server is away for 30 s; the time of
a request while 100,000 lines are written in a burst, beside that of a quiet time of the
same run, and how many of those lines arrived and how many were counted as dropped, with
the log server there and away.
"""

import argparse
import os
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import requests

from serve import SECONDS, processor_seconds, wrk
from support.processes import Database, LogServer, Server
from support.program import Program

STORM = 100_000
ROW = "/tweet/1/"
PARTS = ("costs", "outage", "storm")
DROPPED = "service_log_lines_discarded_total"


def ask(
    server: Server, per_second: int, seconds: float
) -> tuple[list[str], list[float]]:
    """Requests at a steady rate: their ids, and the milliseconds that each took."""
    session = requests.Session()
    ids, times = [], []
    begin = time.monotonic()
    for number in range(int(per_second * seconds)):
        time.sleep(max(0, begin + number / per_second - time.monotonic()))
        ids.append(uuid.uuid4().hex)
        sent = time.monotonic()
        # Without a CSRF token: nginx and Django write a line each.
        session.post(
            f"{server.url}/admin/", headers={"X-Request-ID": ids[-1]}, timeout=30
        )
        times.append((time.monotonic() - sent) * 1000)
    return ids, times


def beside(
    work: Callable[[], None], server: Server, per_second: int, seconds: float
) -> tuple[list[str], list[float]]:
    """`ask` in this thread, `work` in another."""
    thread = threading.Thread(target=work)
    thread.start()
    result = ask(server, per_second, seconds)
    thread.join()
    return result


def processor(server: Server) -> dict[str, float]:
    """Microseconds until now of the programs that lines pass, by name."""
    pids = {"supervise": server.process.pid, "rsyslog": server.program("rsyslog")}
    return {name: processor_seconds(pid) * 1e6 for name, pid in pids.items()}


def costs(server: Server) -> None:
    """Beside 16 connections that ask for one row, one request after the other."""
    wrk(server.url + ROW, "GET")  # the first does not count
    before = processor(server)
    lines = wrk(server.url + ROW, "GET")["rate"] * SECONDS
    time.sleep(2)
    for name, now in processor(server).items():
        cost = (now - before[name]) / lines
        print(
            f"an access line costs {name} {cost:.0f} µs, {lines / SECONDS:.0f} lines/s"
        )


def outage(server: Server, log: LogServer) -> None:
    def away() -> None:
        time.sleep(5)
        log.stop()
        time.sleep(30)
        log.start()

    ids, _ = beside(away, server, 200, 40)
    time.sleep(15)
    text = log.text()
    lost = sum(max(0, 2 - text.count(f"[{request_id}]")) for request_id in ids)
    print(
        f"outage of 30 s at 200 requests/s: {len(ids)} requests, "
        f"{2 * len(ids)} lines, {lost} lost"
    )


def describe(times: list[float]) -> str:
    hundredths = statistics.quantiles(times, n=100)
    return (
        f"median {hundredths[49]:.2f} ms, p99 {hundredths[98]:.2f} ms, "
        f"longest {max(times):.1f} ms"
    )


def dropped(server: Server) -> float:
    return sum(
        value for name, value in server.samples().items() if name.startswith(DROPPED)
    )


def storm(server: Server, log: LogServer, name: str) -> None:
    mark = uuid.uuid4().hex
    took = []

    def write() -> None:
        time.sleep(3)
        begin = time.monotonic()
        server.log(f"{mark} {number}" for number in range(STORM))
        took.append(time.monotonic() - begin)

    before = dropped(server)
    _, quiet = ask(server, 100, 10)
    _, stormy = beside(write, server, 100, 10)
    if not log.is_running():
        log.start()
    time.sleep(20)
    arrived = len(
        {line.rsplit(" ", 1)[1] for line in log.text().splitlines() if mark in line}
    )
    print(f"storm, {name}: {STORM} lines written in {took[0]:.1f} s")
    print(f"  quiet: {describe(quiet)}")
    print(f"  storm: {describe(stormy)}")
    print(
        f"  {arrived} lines arrived, {STORM - arrived} did not, "
        f"{dropped(server) - before:.0f} were counted as dropped"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", choices=PARTS, default=PARTS)
    parts = parser.parse_args().parts
    os.environ.pop("DEBUG_MODE", None)  # for a server in production settings
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as directory:
        root = Path(directory)
        database = Database(root / "db")
        log = LogServer(root / "log")
        for path in (root / "db", root / "log"):
            path.mkdir()
        server = Server(
            root / "server",
            database,
            SYSLOG_HOST="127.0.0.1",
            SYSLOG_PORT=str(log.port),
        )
        services: list[Program] = [database, log, server]
        try:
            for service in services:
                service.start()
            if "costs" in parts:
                costs(server)
            if "outage" in parts:
                outage(server, log)
            if "storm" in parts:
                storm(server, log, "the log server there")
                log.stop()
                storm(server, log, "the log server away")
        finally:
            for service in reversed(services):
                service.end()


if __name__ == "__main__":
    main()

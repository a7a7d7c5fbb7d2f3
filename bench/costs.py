"""What a request costs: processor time of each service, log, write-ahead log, series.

    costs.py URL --authority FILE --token TOKEN [--address HOST:PORT] [--requests 2000]

Measures the production cluster of deploy/compose.production.yaml, whose folder is the
current one and in which nothing else runs, for each kind of request, from eight clients
with kept connections. Reads need no token. Prints a table: milliseconds of processor
time, bytes, requests a second. What the cluster costs at rest is taken off.
"""

import argparse
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from releases import Client

SERVICES = {
    "edge": ["edge"],
    "server": ["server-1", "server-2"],
    "db": ["db"],
    "log": ["log"],
    "metrics": ["metrics"],
}
COSTS = ("edge", "server", "db", "log")  # the columns of the table
CLIENTS = 8
REST = 10  # seconds at which rest is measured


def compose(*arguments: str) -> str:
    return subprocess.run(
        ["docker", "compose", *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def containers() -> dict[str, list[str]]:
    """The ids of each service's containers; both servers are one."""
    return {
        name: [compose("ps", "--quiet", "--no-trunc", part) for part in parts]
        for name, parts in SERVICES.items()
    }


def processor(container: str) -> float:
    """Seconds of processor time until now, by either version of cgroups."""
    usage = next(Path("/sys/fs/cgroup").glob(f"**/*{container}*/cpuacct.usage"), None)
    if usage:
        return int(usage.read_text()) / 1e9
    stat = next(Path("/sys/fs/cgroup").glob(f"**/*{container}*/cpu.stat"))
    return int(stat.read_text().split()[1]) / 1e6


def used(ids: dict[str, list[str]]) -> dict[str, float]:
    return {name: sum(map(processor, found)) for name, found in ids.items()}


def written() -> tuple[int, int]:
    """Bytes of the log, and of the write-ahead log, until now."""
    lines = int(
        compose("exec", "-T", "log", "stat", "-c", "%s", "/var/log/service/all.log")
    )
    query = "SELECT pg_current_wal_insert_lsn() - '0/0'"
    socket = "/tmp"  # noqa: S108 - of the container
    psql = ("exec", "-T", "db", "psql", "--host", socket, "--username", "postgres")
    return lines, int(compose(*psql, "--tuples-only", "--no-align", "--command", query))


def kinds(path: str, row: int) -> dict[str, tuple[str, str, str | None]]:
    """Method, path and body of each kind of request."""
    text = json.dumps({"text": "x" * 100})
    return {
        "GET, 100 rows": ("GET", f"{path}?limit=100", None),
        "GET, 10 rows": ("GET", f"{path}?limit=10", None),
        "GET, one row": ("GET", f"{path}{row}/", None),
        "PUT": ("PUT", f"{path}{row}/", text),
        "POST": ("POST", path, text),
        "404": ("GET", "/no/such/", None),
    }


def ask(
    clients: list[Client], request: tuple[str, str, str | None], count: int
) -> float:
    """Seconds that these requests take; an answer of 5xx or none ends the program."""

    def work(client: Client) -> None:
        client.connection = None  # the edge has ended it after 30 silent seconds
        for _ in range(count // len(clients)):
            status, *_ = client.request(*request)
            if status >= 500:
                raise RuntimeError(f"{request[0]} {request[1]}: {status}")

    begun = time.monotonic()
    with ThreadPoolExecutor(len(clients)) as pool:
        list(pool.map(work, clients))
    return time.monotonic() - begun


def measure(
    ids: dict[str, list[str]],
    work: Callable[[int], float],
    count: int,
    idle: dict[str, float],
) -> str:
    """A row of the table."""
    work(400)
    time.sleep(6)  # the log's counters and Prometheus come round every five seconds
    before, (log, wal) = used(ids), written()
    took = work(count)
    time.sleep(1)
    after, (log_after, wal_after) = used(ids), written()
    costs = [
        (after[name] - before[name] - idle[name] * (took + 1)) * 1000 / count
        for name in COSTS
    ]
    cells = [f"{max(0.0, cost):.2f}" for cost in costs]
    cells += [f"{(log_after - log) / count:.0f}", f"{(wal_after - wal) / count:.0f}"]
    return " | ".join([*cells, f"{count / took:.0f}"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("--authority")
    parser.add_argument("--token")
    parser.add_argument("--address")
    parser.add_argument("--path", default="/tweet/")
    parser.add_argument("--requests", type=int, default=2000)
    options = parser.parse_args()
    writers = [Client(options, threading.Event()) for _ in range(CLIENTS)]
    anyone = argparse.Namespace(**{**vars(options), "token": None})
    readers = [Client(anyone, threading.Event()) for _ in range(CLIENTS)]
    for _ in range(100):
        row = json.loads(
            writers[0].request("POST", options.path, json.dumps({"text": "x" * 100}))[1]
        )
    ids = containers()
    before = used(ids)
    time.sleep(REST)
    idle = {name: (value - before[name]) / REST for name, value in used(ids).items()}
    print(
        "at rest, % of a processor:",
        {name: round(100 * part, 1) for name, part in idle.items()},
    )
    print("| request | edge | server | db | log | of log | of WAL | a second |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for kind, request in kinds(options.path, row["id"]).items():
        clients = writers if request[2] else readers
        cells = measure(ids, partial(ask, clients, request), options.requests, idle)
        print(f"| {kind} | {cells} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

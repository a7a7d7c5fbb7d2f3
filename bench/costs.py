"""What a request costs: processor time of each service, lines of the log, write-ahead log, series.

    costs.py URL --authority FILE --token TOKEN [--address HOST:PORT] [--requests 2000]

Measures the production cluster of deploy/compose.production.yaml, whose folder is the current one
and in which nothing else runs: for each kind of request, one after another on one kept connection.
Prints a table: milliseconds of processor time, bytes. What the cluster costs at rest is taken off.
"""

import argparse
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from releases import Client

SERVICES = ("edge", "server", "db", "log", "metrics")
REST = 10  # seconds at which rest is measured


def compose(*arguments: str) -> str:
    return subprocess.run(
        ["docker", "compose", *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def containers() -> dict[str, list[str]]:
    """The ids of each service's containers; both servers are one."""
    rows = [json.loads(line) for line in compose("ps", "--format", "json").splitlines()]
    return {
        name: [
            compose("ps", "--quiet", "--no-trunc", row["Service"])
            for row in rows
            if row["Service"].split("-")[0] == name and "metrics" not in row["Service"][3:]
        ]
        for name in SERVICES
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
    lines = int(compose("exec", "-T", "log", "stat", "-c", "%s", "/var/log/service/all.log"))
    query = "SELECT pg_current_wal_insert_lsn() - '0/0'"
    psql = ("exec", "-T", "db", "psql", "--host", "/tmp", "--username", "postgres")
    return lines, int(compose(*psql, "--tuples-only", "--no-align", "--command", query))


def kinds(client: Client, path: str) -> dict[str, Callable[[], int]]:
    """A request of each kind; it returns the status."""
    text = json.dumps({"text": "x" * 100})
    row = json.loads(client.request("POST", path, text)[1])
    one = f"{path}{row['id']}/"
    return {
        "GET, 100 rows": lambda: client.request("GET", f"{path}?limit=100")[0],
        "GET, 10 rows": lambda: client.request("GET", f"{path}?limit=10")[0],
        "GET, one row": lambda: client.request("GET", one)[0],
        "PUT": lambda: client.request("PUT", one, text)[0],
        "POST": lambda: client.request("POST", path, text)[0],
        "404": lambda: client.request("GET", "/no/such/")[0],
    }


def measure(
    ids: dict[str, list[str]], ask: Callable[[], int], count: int, idle: dict[str, float]
) -> str:
    """A row of the table."""
    for _ in range(50):
        ask()
    time.sleep(6)  # the log's counters and Prometheus come round every five seconds
    before, (log, wal), begun = used(ids), written(), time.monotonic()
    for _ in range(count):
        assert ask() < 500
    took = time.monotonic() - begun
    time.sleep(1)
    after, (log_after, wal_after) = used(ids), written()
    costs = [
        (after[name] - before[name] - idle[name] * (took + 1)) * 1000 / count
        for name in SERVICES[:4]
    ]
    cells = [f"{max(0.0, cost):.2f}" for cost in costs]
    return " | ".join(
        [*cells, f"{(log_after - log) / count:.0f}", f"{(wal_after - wal) / count:.0f}"]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("--authority")
    parser.add_argument("--token")
    parser.add_argument("--address")
    parser.add_argument("--path", default="/tweet/")
    parser.add_argument("--requests", type=int, default=2000)
    options = parser.parse_args()
    client = Client(options, threading.Event())
    ids = containers()
    before = used(ids)
    time.sleep(REST)
    idle = {name: (value - before[name]) / REST for name, value in used(ids).items()}
    print("at rest, % of a processor:", {name: round(100 * part, 1) for name, part in idle.items()})
    print("| request | edge | server | db | log | bytes of log | bytes of WAL |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for kind, ask in kinds(client, options.path).items():
        print(f"| {kind} | {measure(ids, ask, options.requests, idle)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

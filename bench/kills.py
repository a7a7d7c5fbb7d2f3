"""What kill -9 of random processes costs: requests that fail, writes lost or doubled.

    kills.py [MINUTES]

Starts a database, a log server and a server on this machine, each of which is started
again when it ends, as `restart: always` does. Clients read and write all the time.
Every few seconds one process gets SIGKILL, each kind as often. Prints for each kind how
many requests failed, by status, and the longest time until the last of them.

Each client repeats a write until it is acknowledged, half of them with an
Idempotency-Key. Prints for both how many writes were acknowledged, how many repeats
that took, how many writes are missing in the end, and how many are there twice.
"""

import argparse
import collections
import os
import secrets
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from signal import SIGKILL
from typing import Any

import requests

from support.processes import Database, LogServer, Server
from support.program import kept, running
from support.waiting import children

CLIENTS = {"with a key": 2, "without": 2}
PAUSE = 10  # seconds between kills
PATIENCE = 60  # seconds in which a client repeats a write


class Cluster:
    """Services that are started again whenever they end."""

    def __init__(self, root: Path) -> None:
        for name in ("db", "log"):
            (root / name).mkdir()
        self.database = Database(root / "db")
        self.log = LogServer(root / "log")
        variables = {
            "SYSLOG_HOST": "127.0.0.1",
            "SYSLOG_PORT": str(self.log.port),
            "UWSGI_PROCESSES": "2",
        }
        self.server = Server(root / "server", self.database, **variables)
        self.services = (self.database, self.log, self.server)
        self.stack = ExitStack()

    def start(self) -> None:
        for service in self.services:
            self.stack.enter_context(running(service))
            self.stack.enter_context(kept(service))

    def end(self) -> None:
        self.stack.close()

    def kinds(self) -> dict[str, Callable[[], list[int]]]:
        """How to find the processes of each kind."""
        return {
            "nginx": lambda: self.server.programs("nginx"),
            "nginx's worker": lambda: children(self.server.program("nginx")),
            "uWSGI": lambda: self.server.programs("uwsgi"),
            "uWSGI's worker": lambda: children(self.server.program("uwsgi")),
            "log forwarder": lambda: self.server.programs("rsyslog"),
            "PostgreSQL": lambda: [self.database.process.pid],
            "PostgreSQL's process": lambda: children(self.database.process.pid),
            "log server": lambda: [self.log.process.pid],
        }


class Clients:
    """Requests in turn: when each ended, with which status; what was acknowledged."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/tweet/"
        self.ended: list[tuple[float, str]] = []
        # Texts of writes, by kind of client; each of them once.
        self.written: dict[str, list[str]] = {kind: [] for kind in CLIENTS}
        self.repeats: collections.Counter[str] = collections.Counter()
        self.over = threading.Event()
        self.threads = [
            threading.Thread(target=self.ask, args=(kind,))
            for kind, number in CLIENTS.items()
            for _ in range(number)
        ]

    def ask(self, kind: str) -> None:
        while not self.over.wait(0.02):
            self.write(kind)
            time.sleep(0.02)
            self.send("GET")

    def write(self, kind: str) -> None:
        """Repeat a write until it is acknowledged."""
        text = f"{kind} {uuid.uuid4()}"
        headers = {"Idempotency-Key": f'"{text}"'} if kind == "with a key" else {}
        end = time.monotonic() + PATIENCE
        while self.send("POST", json={"text": text}, headers=headers) != "201":
            if time.monotonic() > end:
                return
            self.repeats[kind] += 1
            time.sleep(0.1)
        self.written[kind].append(text)

    def send(self, method: str, **keywords: Any) -> str:
        try:
            answer = requests.request(method, self.url, timeout=30, **keywords)
            status = str(answer.status_code)
        except requests.RequestException:
            status = "no answer"
        self.ended.append((time.monotonic(), status))
        return status

    @contextmanager
    def running(self) -> Iterator[None]:
        for thread in self.threads:
            thread.start()
        try:
            yield
        finally:
            self.over.set()
            for thread in self.threads:
                thread.join()


def kill(find: Callable[[], list[int]]) -> float | None:
    """When one of them was killed; nothing where there is none at the moment."""
    try:
        os.kill(secrets.choice(find()), SIGKILL)
    except (OSError, IndexError, ValueError):
        return None
    return time.monotonic()


def rounds(cluster: Cluster, minutes: float) -> list[tuple[str, float]]:
    """Kill, in turn; the kind and the time of each."""
    kills = []
    end = time.monotonic() + 60 * minutes
    while time.monotonic() < end:
        for kind, find in cluster.kinds().items():
            if (moment := kill(find)) is not None:
                kills.append((kind, moment))
            time.sleep(PAUSE)
    return kills


def report(clients: Clients, kills: list[tuple[str, float]]) -> None:
    failed: dict[str, collections.Counter[str]] = collections.defaultdict(
        collections.Counter
    )
    outage: dict[str, float] = collections.defaultdict(float)
    for (kind, begin), (_, end) in zip(
        kills, [*kills[1:], ("", time.monotonic())], strict=True
    ):
        for moment, status in clients.ended:
            if begin <= moment < end and not status.startswith("2"):
                failed[kind][status] += 1
                outage[kind] = max(outage[kind], moment - begin)
    print(
        "| killed | times | failed requests "
        "| seconds until the last of them, at most |\n"
        "| --- | --- | --- | --- |"
    )
    for kind, times in collections.Counter(kind for kind, _ in kills).items():
        statuses = (
            ", ".join(
                f"{number} of {status}" for status, number in failed[kind].items()
            )
            or "none"
        )
        print(f"| {kind} | {times} | {statuses} | {outage[kind]:.1f} |")


def report_writes(clients: Clients, database: Database) -> None:
    """What the database has of them in the end."""
    rows = database.run_sql("SELECT text FROM tweet_tweet").split("\n")
    there = collections.Counter(text.strip() for text in rows)
    print(
        "\n| client | writes acknowledged | repeats | lost | doubled |\n"
        "| --- | --- | --- | --- | --- |"
    )
    for kind, written in clients.written.items():
        lost = sum(there[text] == 0 for text in written)
        doubled = sum(
            number > 1 for text, number in there.items() if text.startswith(kind)
        )
        print(
            f"| {kind} | {len(written)} | {clients.repeats[kind]} "
            f"| {lost} | {doubled} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "minutes", nargs="?", type=float, default=10, help="default: 10"
    )
    minutes = parser.parse_args().minutes
    os.environ.pop("DEBUG_MODE", None)  # for a server in production settings
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as directory:
        cluster = Cluster(Path(directory))
        clients = Clients(cluster.server.url)
        try:
            cluster.start()
            with clients.running():
                kills = rounds(cluster, minutes)
            report(clients, kills)
            failures = sum(not status.startswith("2") for _, status in clients.ended)
            print(
                f"\n{len(clients.ended)} requests, {failures} failed; "
                f"{len(kills)} kills"
            )
            report_writes(clients, cluster.database)
        finally:
            cluster.end()


if __name__ == "__main__":
    main()

"""What kill -9 of random processes costs: requests that fail, writes that are lost.

    kills.py [MINUTES]

Starts a database, a log server and a server on this machine, each of which is started
again when it ends, as `restart: always` does. Clients read and write all the time.
Every few seconds one process gets SIGKILL, each kind as often. Prints for each kind how
many requests failed, by status, and the longest time until the last of them; then how
many writes were acknowledged, and how many of those are missing in the end.
"""

import argparse
import collections
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGKILL

import requests

from support.processes import Database, LogServer, Server
from support.program import Program
from support.waiting import children

CLIENTS = 4
PAUSE = 10  # seconds between kills


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
        self.stopping = threading.Event()
        self.keepers: list[threading.Thread] = []

    def start(self) -> None:
        for service in self.services:
            service.start()
            self.keepers.append(threading.Thread(target=self.keep, args=(service,)))
            self.keepers[-1].start()

    def keep(self, service: Program) -> None:
        while not self.stopping.wait(0.1):
            if not service.is_running():
                # It may have been killed again meanwhile.
                with suppress(AssertionError, TimeoutError):
                    service.start()

    def end(self) -> None:
        self.stopping.set()
        for keeper in self.keepers:
            keeper.join()
        for service in reversed(self.services):
            service.end()

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
        self.url = url
        self.ended: list[tuple[float, str]] = []
        self.written: list[str] = []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.ask) for _ in range(CLIENTS)]

    def ask(self) -> None:
        number = 0
        while not self.over.wait(0.02):
            number += 1
            method = "POST" if number % 2 else "GET"
            body = {"text": "t"} if method == "POST" else None
            try:
                answer = requests.request(
                    method, f"{self.url}/tweet/", json=body, timeout=30
                )
                status = str(answer.status_code)
                if status == "201":
                    self.written.append(answer.json()["href"].rsplit("/", 2)[1])
            except requests.RequestException:
                status = "no answer"
            self.ended.append((time.monotonic(), status))

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


def missing(database: Database, written: list[str]) -> int:
    rows = database.run_sql("SELECT id FROM tweet_tweet")
    return len(set(written) - set(rows.split()))


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
            lost = missing(cluster.database, clients.written)
            print(f"{len(clients.written)} writes were acknowledged, {lost} are lost")
        finally:
            cluster.end()


if __name__ == "__main__":
    main()

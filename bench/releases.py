"""Releases under load: what fails, is lost or is written twice, and how slow it gets.

    releases.py URL --release 'COMMAND' [--rounds 20] [--address HOST:PORT]
                [--authority FILE] [--token TOKEN] [--clients 16] [--rate 150]
                [--path /tweet/]

Clients with kept connections read and write, four writes in ten requests, at RATE
requests a second together: for 20 seconds without a release, and while COMMAND runs
ROUNDS times. A release that is meant to fail is COMMAND with `|| true`. Prints one line
of JSON; exit status 1 where a request failed, or a write was lost or repeated.
HOST:PORT is connected to in place of URL's.
"""

import argparse
import http.client
import json
import random
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse
import uuid
from collections import Counter

QUIET = 20  # seconds before the first release


class Client(threading.Thread):
    """One kept connection, opened anew where the server ends it between requests."""

    def __init__(self, options: argparse.Namespace, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.options, self.stop = options, stop
        self.connection: http.client.HTTPConnection | None = None
        self.durations: list[tuple[float, float]] = []  # when it ended, and seconds
        self.failures: list[str] = []
        self.written: dict[str, bool] = {}  # whether it was acknowledged

    def connect(self) -> http.client.HTTPConnection:
        url = urllib.parse.urlsplit(self.options.url)
        host, _, port = (self.options.address or url.netloc).partition(":")
        made = http.client.HTTPConnection(url.hostname or "", timeout=60)
        made.sock = socket.create_connection(
            (host, int(port or (443, 80)[url.scheme == "http"]))
        )
        if url.scheme == "https":
            context = ssl.create_default_context(cafile=self.options.authority)
            made.sock = context.wrap_socket(made.sock, server_hostname=url.hostname)
        made.sock.settimeout(60)
        return made

    def request(
        self, method: str, path: str, body: str | None = None
    ) -> tuple[int, bytes, str]:
        headers = {"Content-Type": "application/json"}
        if self.options.token:
            headers["Authorization"] = f"Token {self.options.token}"
        self.connection = self.connection or self.connect()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.getheader("Connection") == "close":
            self.connection.close()
            self.connection = None
        return answer.status, content, answer.getheader("Link") or ""

    def ask(self) -> None:
        text = f"{self.options.run} {uuid.uuid4()}"
        write = random.random() < 0.4
        begun = time.monotonic()
        try:
            if write:
                self.written[text] = False
                status, *_ = self.request(
                    "POST", self.options.path, json.dumps({"text": text})
                )
                self.written[text] = status == 201
            else:
                status, *_ = self.request("GET", f"{self.options.path}?limit=10")
            if status not in (200, 201):
                self.failures.append(f"{'POST' if write else 'GET'} {status}")
        except (OSError, http.client.HTTPException) as error:
            self.failures.append(f"{'POST' if write else 'GET'} {type(error).__name__}")
            self.connection = None
        ended = time.monotonic()
        self.durations.append((ended, ended - begun))

    def run(self) -> None:
        pause = self.options.clients / self.options.rate
        due = time.monotonic() + random.random() * pause
        while not self.stop.wait(max(0.0, due - time.monotonic())):
            self.ask()
            due = max(due + pause, time.monotonic())


def rows(options: argparse.Namespace) -> Counter[str]:
    """How often each text of this run is there."""
    reader = Client(options, threading.Event())
    found: Counter[str] = Counter()
    page = f"{options.path}?limit=1000"
    while page:
        _, content, link = reader.request("GET", page)
        found.update(
            row["text"]
            for row in json.loads(content)
            if row["text"].startswith(options.run)
        )
        following = re.search(r'<([^>]*)>; rel="next"', link)
        page = following[1] if following else ""
    return found


def percentile(durations: list[float], part: float) -> float:
    """Milliseconds."""
    return round(1000 * sorted(durations)[int(part * (len(durations) - 1))], 1)


def load(options: argparse.Namespace) -> tuple[list[Client], float, list[float]]:
    """The clients after their work, when the releases began, the seconds of each."""
    stop = threading.Event()
    clients = [Client(options, stop) for _ in range(options.clients)]
    for client in clients:
        client.start()
    time.sleep(QUIET)
    begun, took = time.monotonic(), []
    for _ in range(options.rounds):
        before = time.monotonic()
        subprocess.run(  # noqa: S602
            options.release, shell=True, check=True, stdout=sys.stderr
        )
        took.append(time.monotonic() - before)
    stop.set()
    for client in clients:
        client.join(120)
    return clients, begun, took


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("--release", required=True)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--address")
    parser.add_argument("--authority")
    parser.add_argument("--token")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--rate", type=int, default=150)
    parser.add_argument("--path", default="/tweet/")
    options = parser.parse_args()
    options.run = uuid.uuid4().hex[:8]
    clients, begun, took = load(options)
    all_durations = [pair for client in clients for pair in client.durations]
    failures = Counter(failure for client in clients for failure in client.failures)
    written = {
        text: done for client in clients for text, done in client.written.items()
    }
    there = rows(options)
    report = {
        "rounds": options.rounds,
        "seconds": round(sum(took) / max(1, len(took)), 1),
        "requests": len(all_durations),
        "failed": dict(failures),
        "acknowledged": sum(written.values()),
        "lost": sum(done and not there[text] for text, done in written.items()),
        "twice": sum(count > 1 for count in there.values()),
        "p99_before_ms": percentile(
            [took for ended, took in all_durations if ended < begun], 0.99
        ),
        "p99_during_ms": percentile(
            [took for ended, took in all_durations if ended > begun], 0.99
        ),
        "slowest_ms": percentile([took for _, took in all_durations], 1),
    }
    print(json.dumps(report))
    return 1 if report["failed"] or report["lost"] or report["twice"] else 0


if __name__ == "__main__":
    sys.exit(main())

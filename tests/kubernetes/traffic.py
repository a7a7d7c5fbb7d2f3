"""Requests as clients send them, at a steady and small rate."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import requests
from installation import PATH

PAUSE = 0.1  # seconds between two requests of a client
# As the platform's proxy sends them.
HEADERS = {"Host": "api.example.com", "X-Forwarded-Proto": "https"}


class Traffic:
    """What four clients got: two keep their connections, and two write."""

    def __init__(self, address: str) -> None:
        self.url = f"http://{address}{PATH}"
        self.answers: Counter[str] = Counter()
        self.ended = threading.Event()

    def go_on(self, keeps: bool, method: str) -> None:
        """Be a client, of another address each time: one address has a rate."""
        headers = HEADERS | ({} if keeps else {"Connection": "close"})
        body = {"text": "x"} if method == "POST" else None
        with requests.Session() as session:
            while not self.ended.wait(PAUSE):
                headers["X-Forwarded-For"] = f"198.18.0.{random.randrange(256)}"
                try:
                    answer = session.request(
                        method, self.url, json=body, headers=headers, timeout=60
                    )
                except requests.RequestException as error:
                    self.answers[str(error)] += 1
                else:
                    self.answers[kind(answer)] += 1

    def nothing_failed(self) -> None:
        """Assert that requests were answered, and all of them well."""
        assert self.answers["200"] + self.answers["201"]
        assert not self.others()

    def others(self) -> dict[str, int]:
        """What was no success, and how often."""
        return {
            kind: count
            for kind, count in self.answers.items()
            if kind not in ("200", "201")
        }


def kind(answer: requests.Response) -> str:
    """An answer's status, and the server's promise."""
    retry = answer.headers.get("Retry-After")
    return f"{answer.status_code}{f', again after {retry}' if retry else ''}"


@contextmanager
def sent(address: str) -> Iterator[Traffic]:
    """Send requests meanwhile; some before, and some after."""
    traffic = Traffic(address)
    threads = [
        threading.Thread(target=traffic.go_on, args=client)
        for client in product((True, False), ("GET", "POST"))
    ]
    for thread in threads:
        thread.start()
    try:
        time.sleep(1)
        yield traffic
        time.sleep(1)
    finally:
        traffic.ended.set()
        for thread in threads:
            thread.join()

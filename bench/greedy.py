"""How long a quiet client waits beside a greedy one, and what slow readers take.

    greedy.py [SECONDS]

Starts a database, whose rows are of 1.2 KB, and servers with two workers on this
machine. Prints the milliseconds of a quiet client's reads, ten a second: alone, and
beside one client that asks for pages of 1000 rows, and of 100 as HTML, on 40
connections without a pause. First without limits, then with the API_RATE of deploy/,
then with its API_REQUESTS, too. Then, for 500 connections that read pages of 1.2 MB
slowly: nginx's memory, what its files hold, and a quiet client's reads.
"""

import argparse
import multiprocessing
import socket
import statistics
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from multiprocessing import synchronize
from multiprocessing.queues import Queue
from pathlib import Path

import requests

from rows import database_with
from support.processes import Database, Server
from support.waiting import children

GREEDY, QUIET = "192.0.2.1", "192.0.2.2"
CONNECTIONS, READERS = 40, 500
PAGE = "/tweet/?limit=1000"
VARIANTS = (
    {"API_RATE": "0", "API_REQUESTS": "0"},
    {"API_RATE": "20", "API_REQUESTS": "0"},
    {"API_RATE": "20", "API_REQUESTS": "10"},
)
KINDS = {
    "1000 rows as JSON": (PAGE, "application/json"),
    "100 rows as HTML": ("/tweet/?limit=100", "text/html"),
}


def ask_on(
    url: str, accept: str, statuses: Counter[int], stop: synchronize.Event
) -> None:
    """Ask without a pause, and a second after a 429."""
    with requests.Session() as session:
        session.headers.update(
            {"X-Forwarded-For": GREEDY, "Accept": accept, "Accept-Encoding": "identity"}
        )
        while not stop.is_set():
            status = session.get(url, timeout=120).status_code
            statuses[status] += 1
            if status != 200:
                stop.wait(1)


def be_greedy(
    url: str, accept: str, stop: synchronize.Event, results: Queue[Counter[int]]
) -> None:
    """Ask on many connections, in a process of its own; put their statuses."""
    statuses: Counter[int] = Counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for _ in range(CONNECTIONS):
            pool.submit(ask_on, url, accept, statuses, stop)
    results.put(statuses)


def read(server: Server, seconds: float) -> str:
    """The milliseconds of a quiet client's reads, ten a second."""
    times: list[float] = []
    refused, end = 0, time.monotonic() + seconds
    with requests.Session() as session:
        session.headers["X-Forwarded-For"] = QUIET
        while (sent := time.monotonic()) < end:
            refused += not session.get(f"{server.url}/tweet/1/", timeout=120).ok
            times.append((time.monotonic() - sent) * 1000)
            time.sleep(max(0, 0.1 - (time.monotonic() - sent)))
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return (
        f"p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms, "
        f"{len(times)} reads, {refused} refused"
    )


def beside(server: Server, kind: str, seconds: float) -> None:
    """Print a quiet client's times while another asks for that."""
    path, accept = KINDS[kind]
    stop = multiprocessing.Event()
    results: Queue[Counter[int]] = multiprocessing.Queue()
    url = f"{server.url}{path}"
    greedy = multiprocessing.Process(
        target=be_greedy, args=(url, accept, stop, results)
    )
    greedy.start()
    time.sleep(2)
    times = read(server, seconds)
    stop.set()
    statuses = results.get(timeout=150)
    greedy.join()
    print(f"  beside {kind}: {times}; the greedy one: {dict(statuses)}")


def trickle(clients: list[socket.socket], stop: threading.Event) -> None:
    """Read 100 bytes of each, every two seconds."""
    while not stop.wait(2):
        for client in clients:
            try:
                client.recv(100)
            except OSError:
                continue  # the server has closed it, or the answer is not there yet


def connect(server: Server) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(60)
    client.connect(("127.0.0.1", server.port))
    client.sendall(
        (
            f"GET {PAGE} HTTP/1.1\r\n"
            "Host: 127.0.0.1\r\n"
            f"X-Forwarded-For: {GREEDY}\r\n\r\n"
        ).encode()
    )
    client.setblocking(False)
    return client


def held(server: Server) -> tuple[int, int]:
    """Megabytes of nginx's memory, and of the files in which answers wait."""
    memory = files = 0
    for worker in children(server.program("nginx")):
        pages = Path(f"/proc/{worker}/smaps_rollup").read_text()
        memory += int(pages.split("Pss:")[1].split()[0]) // 1024
        for link in Path(f"/proc/{worker}/fd").iterdir():
            with suppress(FileNotFoundError):  # it has just been closed
                if "/uwsgi/" in str(link.readlink()):
                    files += link.stat().st_size
    return memory, files >> 20


def slow_readers(server: Server, seconds: float) -> None:
    print(f"  before: nginx has {held(server)[0]} MB")
    stop = threading.Event()
    with ExitStack() as stack:
        clients = [stack.enter_context(connect(server)) for _ in range(READERS)]
        reader = threading.Thread(target=trickle, args=(clients, stop))
        reader.start()
        print(f"  beside {READERS} slow readers: {read(server, seconds)}")
        memory, files = held(server)
        print(f"  then: nginx has {memory} MB, and {files} MB of answers in files")
        stop.set()
        reader.join()


def measure(database: Database, directory: Path, seconds: float) -> None:
    for number, variant in enumerate(VARIANTS):
        run = directory / f"server-{number}"
        server = Server(
            run, database, TRUSTED_PROXIES="127.0.0.1", UWSGI_PROCESSES="2", **variant
        )
        try:
            server.start()
            print(" ".join(f"{name}={value}" for name, value in variant.items()))
            print(f"  alone: {read(server, seconds)}")
            for kind in KINDS:
                beside(server, kind, seconds)
            slow_readers(server, seconds)
        finally:
            server.end()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("seconds", type=float, nargs="?", default=15)
    arguments = parser.parse_args()
    rows = "SELECT repeat(U&'\\+01F600', 280), now() FROM generate_series(1, 1000)"
    with database_with(rows) as (directory, database):
        measure(database, directory, arguments.seconds)


if __name__ == "__main__":
    main()

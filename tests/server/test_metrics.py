"""Metrics are right with any number of workers, and when workers come and go."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import requests

from support.processes import Server
from support.waiting import children, wait_until

LISTED = (
    "django_http_requests_total_by_view_transport_method_total"
    '{method="GET",transport="http",view="item-list"}'
)


def counters(server: Server) -> dict[str, float]:
    return {
        name: value
        for name, value in server.samples().items()
        if "_total" in name or "_count" in name
    }


def metrics_files(server: Server) -> set[str]:
    return {file.name for file in (server.directory / "metrics").iterdir()}


def all_replaced(master: int, old: set[int], signal_number: int) -> bool:
    """Whether ten new workers run; an old one gets the signal again until it goes.

    A worker that still imports the application does not see SIGHUP.
    """
    workers = set(children(master))
    for worker in workers & old:
        with suppress(ProcessLookupError):
            os.kill(worker, signal_number)
    return len(workers - old) == 10


def test_several_workers_count_every_request_once(start_server):
    server = start_server(UWSGI_PROCESSES="4")
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda _: requests.get(f"{server.url}/item/", timeout=10), range(400)
            )
        )
    assert all(answer.ok for answer in answers)
    assert server.samples()[LISTED] == 400
    assert (
        len({name for name in metrics_files(server) if name.startswith("counter_")}) > 1
    ), "one worker did it all"


def test_a_hundred_recycled_workers_lose_and_add_nothing(start_server):
    # No pause between a worker's death and the next one's start.
    server = start_server(UWSGI_PROCESSES="10", UWSGI_FORKBOMB_DELAY="0")
    master = server.program("uwsgi")

    def list_items(times: int) -> None:
        with ThreadPoolExecutor(10) as pool:
            assert all(
                pool.map(
                    lambda _: requests.get(f"{server.url}/item/", timeout=30).ok,
                    range(times),
                )
            )

    list_items(100)
    before, files = counters(server), metrics_files(server)
    for recycled in range(1, 11):
        old = set(children(master))
        signal_number = signal.SIGHUP if recycled % 2 else signal.SIGKILL
        wait_until(
            lambda old=old, signal_number=signal_number: all_replaced(
                master, old, signal_number
            )
        )
        list_items(10)
        after = counters(server)
        assert all(after[name] >= value for name, value in before.items())
        assert after[LISTED] == 100 + 10 * recycled
        before = after
    workers = range(1, 11)
    names = {
        f"{kind}_{worker}.db" for kind in ("counter", "histogram") for worker in workers
    }
    assert files <= metrics_files(server) <= names | files


def test_restart_forgets_the_counters_of_an_earlier_life(start_server):
    server = start_server()
    requests.get(f"{server.url}/item/", timeout=10)
    server.stop()
    server.start()
    assert LISTED not in server.samples()


def waiting(server: Server) -> int:
    """Requests that no worker has accepted, as the kernel lists them."""
    rows = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()]
    path = str(server.directory / "uwsgi.sock")
    return sum(row[5] == "02" and row[7:] == [path] for row in rows)


def test_each_thread_is_a_worker_and_those_that_serve_are_busy(start_server, database):
    server = start_server(UWSGI_PROCESSES="2", UWSGI_THREADS="2")
    with ThreadPoolExecutor(3) as pool, database.locked("item_item"):
        for _ in range(3):
            pool.submit(requests.get, f"{server.url}/item/", timeout=30)
        wait_until(lambda: server.samples()["service_workers_busy"] == 3)
        before = server.samples()
    after = server.samples()
    assert before["service_workers"] == 4
    assert before["service_requests_waiting"] == 0
    assert after["service_workers_busy"] == 0
    busy_seconds = "service_workers_busy_seconds_total"
    assert after[busy_seconds] > before[busy_seconds]


def test_requests_that_no_worker_has_taken_are_waiting(start_server, database):
    server = start_server()
    url = f"{server.url}/item/"
    with ThreadPoolExecutor(4) as pool:
        with database.locked("item_item"):
            served = pool.submit(requests.get, url, timeout=30)
            wait_until(lambda: database.waiting() == 1)
            samples = pool.submit(server.samples)
            wait_until(lambda: waiting(server) == 1)
            others = [pool.submit(requests.get, url, timeout=30) for _ in range(2)]
            wait_until(lambda: waiting(server) == 3)
        assert samples.result()["service_requests_waiting"] == 2
        assert all(request.result().ok for request in (served, *others))
    assert server.samples()["service_requests_waiting"] == 0

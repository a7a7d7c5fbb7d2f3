"""Metrics are right with any number of workers, and when workers come and go."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

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

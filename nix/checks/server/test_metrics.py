"""Metrics are right with any number of workers, and when workers come and go."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import requests
from processes import Server, children, wait_until

LISTED = 'django_http_requests_total_by_view_transport_method_total{method="GET",transport="http",view="tweet-list"}'


def counters(server: Server) -> dict[str, float]:
    return {name: value for name, value in server.samples().items() if "_total" in name or "_count" in name}


def metrics_files(server: Server) -> set[str]:
    return {file.name for file in (server.directory / "metrics").iterdir()}


def test_several_workers_count_every_request_once(start_server):
    server = start_server(UWSGI_PROCESSES="4")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: requests.get(f"{server.url}/tweet/", timeout=10), range(400)))
    assert all(answer.ok for answer in answers)
    assert server.samples()[LISTED] == 400
    assert len({name for name in metrics_files(server) if name.startswith("counter_")}) > 1, "one worker did it all"


def test_a_hundred_recycled_workers_lose_and_add_nothing(start_server):
    # No pause between a worker's death and the next one's start.
    server = start_server(UWSGI_PROCESSES="10", UWSGI_FORKBOMB_DELAY="0")
    master = server.program("uwsgi")

    def list_tweets(times: int) -> None:
        with ThreadPoolExecutor(10) as pool:
            assert all(pool.map(lambda _: requests.get(f"{server.url}/tweet/", timeout=30).ok, range(times)))

    list_tweets(100)
    before, files = counters(server), metrics_files(server)
    for recycled in range(1, 11):
        old = set(children(master))
        for worker in old:
            os.kill(worker, signal.SIGHUP if recycled % 2 else signal.SIGKILL)
        wait_until(lambda old=old: len(set(children(master)) - old) == 10)
        list_tweets(10)
        after = counters(server)
        assert all(after[name] >= value for name, value in before.items())
        assert after[LISTED] == 100 + 10 * recycled
        before = after
    workers = range(1, 11)
    names = {f"{kind}_{worker}.db" for kind in ("counter", "histogram") for worker in workers}
    assert files <= metrics_files(server) <= names | files


def test_restart_forgets_the_counters_of_an_earlier_life(start_server):
    server = start_server()
    requests.get(f"{server.url}/tweet/", timeout=10)
    server.stop()
    server.start()
    assert LISTED not in server.samples()


def test_metrics_are_not_public(start_server):
    server = start_server()
    for path in ("/metrics", "/metrics/", "//metrics", "/%6detrics", "/static/../metrics"):
        assert requests.get(f"{server.url}{path}", timeout=10).status_code == 404

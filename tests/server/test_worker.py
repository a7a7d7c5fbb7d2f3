"""A command of manage.py that runs beside the server's programs, as long as they do."""

import os
import signal

import pytest
import requests

from support.processes import Server, answers
from support.waiting import wait_until

LAST = 'service_task_last_success_timestamp_seconds{task="count-items"}'
FAILURES = 'service_task_failures_total{task="count-items"}'


def test_lines_of_a_worker_reach_the_log_server(start_server, log):
    start_server("worker", "countitems", **log.forwarding)
    wait_until(lambda: log.text().count("There are ") > 1)
    (first, second, *_) = [
        line for line in log.text().splitlines() if "There are " in line
    ]
    assert first.split()[2] == "django"
    assert first.split()[4] != second.split()[4]  # each run has a request id of its own


def test_worker_has_health_and_metrics(start_server):
    server = start_server("worker", "countitems", UWSGI_PROCESSES="2")
    assert answers(f"{server.url}/healthcheck/")
    wait_until(lambda: LAST in server.samples())
    before = server.samples()
    assert before[FAILURES] == 0
    # No file is one of uWSGI's workers, too, whose numbers may be process ids.
    assert len(list((server.directory / "metrics").glob("counter_process*.db"))) == 1
    assert before['service_task_interval_seconds{task="count-items"}'] == 0.1
    wait_until(lambda: server.samples()[LAST] > before[LAST])


def test_run_at_a_stop_is_finished_soon_after_the_start(start_server, log):
    server = start_server("worker", "countitems", "--seconds", "12", **log.forwarding)
    wait_until(lambda: "Counting" in log.text())
    assert server.stop() == 0
    wait_until(lambda: "There are " in log.text())


def test_failed_runs_are_counted_and_the_next_ones_work(start_server, database):
    server = start_server("worker", "countitems")
    wait_until(lambda: LAST in server.samples())
    database.stop()
    try:
        wait_until(lambda: server.samples()[FAILURES] > 0)
    finally:
        database.start()
    failed = server.samples()[LAST]
    wait_until(lambda: server.samples()[LAST] > failed)


def test_worker_stops_with_the_server(start_server, capfd):
    server = start_server("worker", "countitems")
    wait_until(lambda: LAST in server.samples())
    assert server.stop() == 0
    assert "ended by itself" not in capfd.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_container_ends_with_its_worker(start_server, number):
    server = start_server("worker", "countitems")
    wait_until(lambda: LAST in server.samples())
    (worker,) = server.programs(r"python\S*\x00\S*manage[.]py\x00countitems")
    os.kill(worker, number)
    assert server.process.wait(60) == 1
    with pytest.raises(requests.ConnectionError):
        requests.get(server.url, timeout=5)


def test_unknown_command_ends_the_container(database, tmp_path, capfd):
    server = Server(tmp_path, database, "worker", "countitem")
    server.is_ready = lambda: False  # it may answer before it ends
    with pytest.raises(AssertionError, match="ended with 1"):
        server.start()
    assert "Unknown command: 'countitem'" in capfd.readouterr().out


def test_worker_without_a_command_is_refused(start_server, capfd):
    with pytest.raises(AssertionError, match="ended with 1"):
        start_server("worker")
    assert "worker COMMAND" in capfd.readouterr().err

"""Tasks that requests put into PostgreSQL's queue, and workers that run them."""

import os
import random
import signal
import time
from collections import Counter
from contextlib import ExitStack, suppress

import pytest
import requests

from support.processes import NAME, Server
from support.program import kept
from support.waiting import wait_until

WORKER = ("worker", "db_worker")
QUEUE = "FROM django_tasks_database_dbtaskresult"
WAITING = 'service_tasks_waiting{queue="default"}'
RUNS = 'service_task_seconds_count{task="item.tasks.write"}'
FAILURES = 'service_task_failures_total{task="item.tasks.write"}'


def put(server: Server, text: str, **query: object) -> str:
    answer = requests.post(
        f"{server.url}/item/later/", json={"text": text}, params=query, timeout=30
    )
    assert answer.status_code == 202
    return answer.json()["task"]


@pytest.fixture(autouse=True)
def _empty(database):
    """The database is the module's, and tasks of other tests may wait in it."""
    database.run_sql(f"DELETE {QUEUE}")


@pytest.fixture
def written(database):
    """How often each item is there."""
    read = "SELECT text FROM item_item"
    return lambda: Counter(map(str.strip, database.run_sql(read).splitlines()))


@pytest.fixture
def programs():
    """The processes of a worker."""
    return lambda server: server.programs(r"python\S*\x00\S*manage[.]py\x00db_worker")


def test_task_of_a_request_is_run_and_one_rolled_back_is_not(
    start_server, log, written
):
    server = start_server(**log.forwarding)
    put(server, "undone", undo=1)
    task = put(server, "done")
    assert server.samples()[WAITING] == 1
    assert server.samples()['service_tasks_oldest_seconds{queue="default"}'] > 0
    worker = start_server(*WORKER, **log.forwarding)
    wait_until(lambda: written()["done"] == 1)
    wait_until(lambda: worker.samples().get(RUNS) == 1)
    assert worker.samples()[FAILURES] == 0
    wait_until(lambda: worker.samples()[WAITING] == 0)  # a tick may just be due
    assert written()["undone"] == 0
    wait_until(lambda: "Writing done." in log.text())
    (line,) = [line for line in log.text().splitlines() if "Writing done." in line]
    assert f"[{task.replace('-', '')}]" in line


def test_task_of_a_worker_that_was_killed_is_run_by_another(
    start_server, written, programs
):
    first = start_server(*WORKER)
    put(first, "long", seconds=10)
    wait_until(lambda: first.samples()[WAITING] == 0)
    (program,) = programs(first)
    os.kill(program, signal.SIGKILL)
    assert written()["long"] == 0
    second = start_server(*WORKER)
    wait_until(lambda: written()["long"] == 1)
    wait_until(lambda: second.samples().get(RUNS) == 1)
    assert written()["long"] == 1


def test_task_at_a_stop_is_finished(start_server, written):
    worker = start_server(*WORKER)
    put(worker, "at a stop", seconds=3)
    wait_until(lambda: worker.samples()[WAITING] == 0)
    assert worker.stop() == 0
    assert written()["at a stop"] == 1


def test_task_outlives_the_databases_restart(start_server, database, written):
    worker = start_server(*WORKER)
    put(worker, "while it is away", seconds=4)
    wait_until(lambda: worker.samples()[WAITING] == 0)
    database.stop()
    database.start()
    put(worker, "afterwards")
    wait_until(lambda: written()["while it is away"] == written()["afterwards"] == 1)


def test_failure_is_tried_again_and_no_failure_yet(start_server, database):
    worker = start_server(*WORKER)
    task = put(worker, "fail")
    wait_until(lambda: worker.samples().get(RUNS) == 1)
    assert worker.samples()[FAILURES] == 0
    status = f"SELECT status {QUEUE} WHERE id = '{task}'"
    assert database.run_sql(status, f"{NAME}_serve") == "READY"


def test_schedules_run_once_however_many_workers_there_are(
    start_server, database, written
):
    ticks = f"{QUEUE} WHERE task_path LIKE '%tick'"

    def ended() -> int:
        return int(
            database.run_sql(f"SELECT count(*) {ticks} AND status = 'SUCCESSFUL'")
        )

    before = written()["tick"]
    for _ in range(2):
        start_server(*WORKER)
    wait_until(ended)
    wait_until(lambda: written()["tick"] - before == ended())
    moments = f"SELECT count(*) = count(DISTINCT run_after) {ticks}"
    assert database.run_sql(moments) == "t"


@pytest.fixture
def workers(tmp_path, database):
    """Three that are started again whenever they end."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                kept(Server(tmp_path / f"worker{number}", database, *WORKER))
            )
            for number in range(3)
        ]


def test_random_kills_lose_no_task_and_double_only_what_ran(
    start_server, database, workers, written, programs
):
    server = start_server()
    end = time.monotonic() + 60 * float(os.environ.get("TASK_KILL_MINUTES", "0.5"))
    texts, kills = [], 0
    while time.monotonic() < end:
        for _ in range(20):
            texts.append(f"task {len(texts)}")
            put(server, texts[-1], seconds=random.choice([0, 0, 0.1, 1]))
        victims = [
            pid for worker in workers if worker.is_running() for pid in programs(worker)
        ]
        with suppress(ProcessLookupError, IndexError):
            os.kill(random.choice(victims), signal.SIGKILL)
            kills += 1
        time.sleep(random.uniform(1, 3))
    of_tasks = f"{QUEUE} WHERE task_path LIKE '%write'"
    open_ = f"SELECT count(*) {of_tasks} AND status IN ('READY', 'RUNNING')"
    wait_until(lambda: database.run_sql(open_) == "0", 60 + 2 * len(texts))
    again = f"SELECT sum(jsonb_array_length(worker_ids) - 1) {of_tasks}"
    found = written()
    times = [found[text] for text in texts]
    repeated = int(database.run_sql(again))
    print(f"{len(texts)} tasks, {kills} kills, {repeated} run again, ", end="")
    print(f"{times.count(0)} lost, {sum(times) - len(times)} done twice")
    assert kills
    assert min(times) > 0
    assert sum(times) - len(times) <= repeated <= kills

import logging
import os
import signal
import time
from multiprocessing import get_context

import pytest
from django.db import connection
from prometheus_client import REGISTRY

from chassis.worker import repeat


@pytest.fixture(autouse=True)
def _handlers():
    before = {
        number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)
    }
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def stop(number: int = signal.SIGTERM) -> None:
    os.kill(os.getpid(), number)


def sample(name: str, task: str) -> float | None:
    return REGISTRY.get_sample_value(f"service_task_{name}", {"task": task})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_runs_until_a_signal_and_finishes_the_run(number: int):
    runs = []

    def task() -> None:
        runs.append("begun")
        if len(runs) == 3:
            stop(number)
            runs.append("finished")

    repeat("three", task, seconds=0.01)
    assert runs == ["begun", "begun", "begun", "finished"]
    assert (
        signal.getsignal(number) == signal.SIG_DFL
    )  # a second one ends a run that hangs


def test_sigterm_ends_a_pause():
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    before = signal.signal(signal.SIGALRM, lambda *_: stop())
    begun = time.monotonic()
    try:
        repeat("pause", lambda: None, seconds=60)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - begun < 50


def test_run_that_had_work_is_followed_at_once():
    work = [1, 2, 3]

    def task() -> bool:
        if work:
            work.pop()
            return True
        stop()
        return False

    begun = time.monotonic()
    repeat("work", task, seconds=60)
    assert not work
    assert time.monotonic() - begun < 50


def test_failure_is_logged_and_counted_and_the_next_run_comes(caplog):
    runs = []

    def task() -> None:
        runs.append(None)
        if len(runs) == 1:
            raise ValueError("no such order")
        stop()

    begun = time.time()
    with caplog.at_level(logging.ERROR):
        repeat("fails once", task, seconds=0)
    assert len(runs) == 2
    assert "The task fails once failed." in caplog.text
    assert "no such order" in caplog.text
    assert sample("failures_total", "fails once") == 1
    assert sample("last_success_timestamp_seconds", "fails once") >= begun
    assert sample("interval_seconds", "fails once") == 0


def test_child_of_a_task_ends_at_a_signal():
    codes = []

    def task() -> None:
        for _ in range(20):
            child = get_context("fork").Process(target=time.sleep, args=(60,))
            child.start()
            child.terminate()
            child.join(30)
            codes.append(child.exitcode)
        stop()

    repeat("fork", task, seconds=0)
    assert set(codes) == {-signal.SIGTERM}


def test_failures_begin_at_zero():
    repeat("well", stop, seconds=60)
    assert sample("failures_total", "well") == 0


@pytest.mark.django_db(transaction=True)
def test_connection_that_broke_is_made_anew():
    answers = []

    def task() -> None:
        with connection.cursor() as cursor:
            if not answers:
                answers.append("broke")
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            cursor.execute("SELECT 'new'")
            answers.append(cursor.fetchone()[0])
        stop()

    repeat("connection", task, seconds=0)
    assert answers == ["broke", "new"]

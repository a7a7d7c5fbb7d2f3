"""What a long-running command of manage.py repeats until a signal ends it."""

import logging
import os
import signal
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

from django.db import close_old_connections
from prometheus_client import Counter, Gauge

from chassis import request_id, trace

logger = logging.getLogger(__name__)

SIGNALS = (signal.SIGINT, signal.SIGTERM)

INTERVAL = Gauge(
    "service_task_interval_seconds",
    "The pause between two runs of a task.",
    ["task"],
    multiprocess_mode="max",
)
SUCCESS = Gauge(
    "service_task_last_success_timestamp_seconds",
    "When a task last ended without an exception; at first, when its worker began.",
    ["task"],
    multiprocess_mode="max",
)
FAILURES = Counter(
    "service_task_failures", "Runs of a task that raised an exception.", ["task"]
)


def run(name: str, task: Callable[[], object]) -> bool:
    """Call a task once; whether it may have more to do. What it raises is logged."""
    request_id.current.set(request_id.new())
    close_old_connections()
    try:
        more = task()
    except Exception:
        logger.exception("The task %s failed.", name)
        FAILURES.labels(name).inc()
        return False
    finally:
        close_old_connections()
    SUCCESS.labels(name).set_to_current_time()
    return more is True


def handle(handler: Any) -> None:
    for number in SIGNALS:
        signal.signal(number, handler)


def block() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)


def unblock() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def begin_child() -> None:  # pragma: no cover - runs in children
    """Let the signals end a child that a task forked, also one sent since the fork."""
    handle(signal.SIG_DFL)
    unblock()


def stops() -> SimpleQueue[None]:
    """A queue that SIGINT or SIGTERM fills; a second one ends the process at once."""
    # The one kind of queue that a signal handler may fill.
    queue: SimpleQueue[None] = SimpleQueue()

    def stop(_number: int, _frame: object) -> None:
        handle(signal.SIG_DFL)
        queue.put(None)

    handle(stop)
    # A child would have this handler, too, and not end at the first signal.
    os.register_at_fork(
        before=block, after_in_parent=unblock, after_in_child=begin_child
    )
    return queue


def loop(step: Callable[[], bool], seconds: float) -> None:
    """Call a step until a signal; pause for so many seconds unless it returns True."""
    stopped = stops()
    while True:
        with trace.followed(trace.new()):
            pause = 0 if step() else seconds
        try:
            stopped.get(timeout=pause)
        except Empty:
            continue
        return


def repeat(name: str, task: Callable[[], object], seconds: float) -> None:
    """Call a task at once, and after each pause of so many seconds, until a signal.

    A call that runs at SIGTERM or SIGINT is finished first. After one that returned
    True, as there may be more to do, there is no pause. An exception is logged and
    counted, and ends nothing. The lines of a run have a request id and a trace of their
    own. Must be called in the main thread, once in a process.
    """
    INTERVAL.labels(name).set(seconds)
    SUCCESS.labels(name).set_to_current_time()
    FAILURES.labels(name)
    loop(lambda: run(name, task), seconds)

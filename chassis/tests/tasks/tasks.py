"""Tasks that the tests put into the queue."""

from typing import Any

from chassis import tasks
from chassis.tasks.tasks import task

runs: list[str] = []


@task
def note(word: str) -> None:
    runs.append(word)


@task
def fail() -> None:
    runs.append("fail")
    raise RuntimeError("no such thing")


@tasks.retried(1)
@task
def fail_twice() -> None:
    runs.append("fail_twice")
    raise RuntimeError("once more")


@task
def ask_the_database(**keywords: Any) -> None:
    raise AssertionError

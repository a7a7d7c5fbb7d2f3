"""Tasks that the tests put into the queue."""

import importlib
import os
from contextlib import suppress
from typing import Any

from django.db import Error, connection, transaction

from chassis import tasks
from chassis.tasks.tasks import task

with_context = importlib.import_module(tasks.interface()).task(takes_context=True)

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
def leave_open() -> None:
    transaction.set_autocommit(False)


@task
def leave_a_block() -> None:
    transaction.atomic().__enter__()


@task
def fail_oddly() -> None:
    raise ValueError("\0" + os.fsdecode(b"\xe9"))


@task
def end_the_process() -> None:
    raise SystemExit(3)


@task
def return_a_set() -> set[int]:
    return {1}


@task
def return_a_nul() -> str:
    return "\0"


@task
def import_nothing() -> None:
    importlib.import_module("there_is_none")


@task
def break_the_connection() -> None:
    with connection.cursor() as cursor, suppress(Error):
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


@with_context
def count_attempts(context: Any) -> None:
    runs.append(f"attempt {context.attempt}")

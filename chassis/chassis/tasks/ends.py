"""How a run of a task ends: done, tried again, or failed."""

import logging
from datetime import timedelta
from traceback import format_exception
from typing import Any

from django.db import DataError, close_old_connections, connections
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from chassis import tasks, worker

logger = logging.getLogger(__name__)

type Row = DBTaskResult[..., Any]

MOST = 10  # runs of a task that ends its workers, or that no worker knows


class UnknownTaskError(Exception):
    """This release has no such task: it may be of the next one."""


class OpenTransactionError(Exception):
    """A task left a transaction open, which was rolled back."""


class WorkersEndedError(Exception):
    """A task ended each worker that ran it."""


def tidy() -> None:
    """Leave connections as the next task expects them, also where one broke.

    Raises:
        OpenTransactionError: a task left a transaction open.
    """
    left = [
        one
        for one in connections.all(initialized_only=True)
        if one.connection is not None
        and (one.in_atomic_block or not one.get_autocommit())
    ]
    for one in left:
        one.close()
        one.connect()
    close_old_connections()
    if left:
        raise OpenTransactionError


def succeed(row: Row, value: object) -> None:
    """Write that a run has ended; what cannot be kept as JSON is a failure."""
    try:
        row.set_successful(value)
    except (TypeError, ValueError, DataError) as error:
        fail(row, error)
    else:
        logger.info("The task %s is done.", row.task_path)


def fail(row: Row, error: BaseException) -> None:
    """Put a task back into the queue if it is to be tried again; else it has failed."""
    failures = row.args_kwargs.get("failures", 0) + 1
    row.args_kwargs["failures"] = failures
    row.exception_class_path = f"{type(error).__module__}.{type(error).__qualname__}"
    row.traceback = plain("".join(format_exception(error)))
    if failures <= retries(row, error):
        wait = min(3600, 15 * 2 ** (failures - 1))
        logger.warning(
            "The task %s failed, and is tried again in %d s: %s",
            row.task_path,
            wait,
            row.exception_class_path,
        )
        put_back(row, timedelta(seconds=wait))
        return
    row.status, row.finished_at, row.return_value = "FAILED", timezone.now(), None
    row.save()
    logger.error("The task %s failed.", row.task_path, exc_info=error)
    worker.FAILURES.labels(row.task_path).inc()


def retries(row: Row, error: BaseException) -> int:
    """How often a task may be tried again that failed so."""
    if isinstance(error, WorkersEndedError):
        return 0
    if isinstance(error, UnknownTaskError):
        return MOST - 1
    return tasks.RETRIES.get(row.task_path, 0)


def plain(text: str) -> str:
    """Without what PostgreSQL cannot keep."""
    return text.replace("\0", "\\0").encode(errors="backslashreplace").decode()


def put_back(row: Row, wait: timedelta) -> None:
    row.status, row.run_after = "READY", timezone.now() + wait
    row.save()

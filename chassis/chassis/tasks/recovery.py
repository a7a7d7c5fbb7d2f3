"""What a worker ran when it was killed is run again."""

import logging
import time
import uuid
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from chassis import tasks
from chassis.tasks.lease import is_free
from chassis.tasks.schedules import Row

logger = logging.getLogger(__name__)

LOOK = 10.0  # seconds between two looks
PATIENCE = 30.0  # seconds for which a worker may lose its connection
MOST = 10  # runs of a task that ends its workers, or that no worker knows
UNKNOWN = {"builtins.ImportError", "builtins.ModuleNotFoundError"}


class WorkersEndedError(Exception):
    """A task ended each worker that ran it."""


class Recovery:
    """Looks for tasks whose workers are gone."""

    def __init__(self) -> None:
        self.looked = float("-inf")  # of the monotonic clock, as is the next
        self.since: dict[tuple[uuid.UUID, str], float] = {}

    def look(self) -> None:
        """Let what has been without its worker for some time be run again."""
        now = time.monotonic()
        if now - self.looked < LOOK:
            return
        self.looked = now
        rows = DBTaskResult.objects.running().values_list("pk", "worker_ids")
        gone = {(pk, ids[-1]) for pk, ids in rows if is_free(int(ids[-1]))}
        self.since = {key: self.since.get(key, now) for key in gone}
        for (pk, worker), since in self.since.items():
            if now - since >= PATIENCE:
                run_again(pk, worker)


def run_again(pk: uuid.UUID, worker: str) -> None:
    """Put a task back into the queue, unless it is its worker's or another's again."""
    with transaction.atomic():
        rows = DBTaskResult.objects.running().select_for_update(skip_locked=True)
        row = rows.filter(pk=pk).first()
        if row is None or row.worker_ids[-1] != worker or not is_free(int(worker)):
            return
        logger.warning("The task %s is run again: its worker ended.", row.task_path)
        if len(row.worker_ids) < MOST:
            put_back(row, timedelta())
        else:
            row.set_failed(WorkersEndedError(f"{MOST} workers"))


def put_back(row: Row, wait: timedelta) -> None:
    row.status = "READY"
    row.run_after = timezone.now() + wait
    row.save(update_fields=["status", "run_after"])


def runs_left(row: Row) -> int:
    """How often a task that failed may be tried again.

    One that this release does not know may be of the next one, which is about to come.
    """
    if row.exception_class_path in UNKNOWN:
        return MOST - len(row.worker_ids)
    return tasks.RETRIES.get(row.task_path, 0) + 1 - len(row.worker_ids)


def pause(row: Row) -> timedelta:
    """How long a task that failed waits: longer each time, an hour at most."""
    return timedelta(seconds=min(3600, 15 * 2 ** (len(row.worker_ids) - 1)))

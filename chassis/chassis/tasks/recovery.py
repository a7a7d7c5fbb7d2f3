"""What a worker ran when it was killed is run again."""

import logging
import time
import uuid
from datetime import timedelta

from django.db import transaction
from django_tasks_db.models import DBTaskResult

from chassis.tasks.ends import MOST, WorkersEndedError, fail, put_back
from chassis.tasks.lease import is_free

logger = logging.getLogger(__name__)

LOOK = 10.0  # seconds between two looks
PATIENCE = 30.0  # seconds for which a worker may lose its connection


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
        ended = len(row.worker_ids) - row.args_kwargs.get("failures", 0)
        if ended < MOST:
            logger.warning("The task %s is run again: its worker ended.", row.task_path)
            put_back(row, timedelta())
        else:
            fail(row, WorkersEndedError(f"{MOST} workers"))

"""Runs tasks, one after the other, with the chassis's log, metrics and stop."""

import logging
import sys
import time
import uuid

import log_request_id
from django.apps import apps
from django.db import Error
from django.utils.module_loading import autodiscover_modules
from django_tasks_db.compat import Task
from django_tasks_db.management.commands import db_worker

from chassis import worker
from chassis.tasks.lease import Lease
from chassis.tasks.metrics import SECONDS
from chassis.tasks.recovery import Recovery, pause, put_back, runs_left
from chassis.tasks.schedules import Planner, Row

logger = logging.getLogger(__name__)


def find_tasks() -> list[str]:
    """The paths of the tasks in the applications' modules `tasks`, once imported."""
    autodiscover_modules("tasks")
    names = [f"{application.name}.tasks" for application in apps.get_app_configs()]
    found = [vars(sys.modules[name]) for name in names if name in sys.modules]
    return [
        value.module_path
        for module in found
        for value in module.values()
        if isinstance(value, Task)
    ]


class Worker(db_worker.Worker):
    """Runs one task, if there is one that is due."""

    def __init__(self, queues: list[str], number: int) -> None:
        super().__init__(
            queue_names=queues,
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=1,
            worker_id=str(number),
            excluded_queue_names=[],
        )
        self.has_run = False

    def run_task(self, db_task_result: Row) -> None:
        """Run a task, and put it back into the queue if it is to be tried again."""
        self.has_run = True
        # The lines of all runs of a task have one id.
        log_request_id.local.request_id = db_task_result.pk.hex
        begun = time.monotonic()
        super().run_task(db_task_result)
        seconds = time.monotonic() - begun
        SECONDS.labels(db_task_result.task_path).observe(seconds)
        if db_task_result.status == "FAILED":
            settle(db_task_result)


def settle(row: Row) -> None:
    """What follows from a run that failed."""
    if runs_left(row) > 0:
        wait = pause(row)
        logger.warning(
            "The task %s failed, and is tried again in %d s.",
            row.task_path,
            wait.total_seconds(),
        )
        put_back(row, wait)
        return
    logger.error("The task %s failed.", row.task_path)
    worker.FAILURES.labels(row.task_path).inc()


class Stepper:
    """What `db_worker` repeats."""

    def __init__(self, queues: list[str]) -> None:
        self.queues = queues
        self.lease = Lease()
        self.planner = Planner()
        self.recovery = Recovery()
        self.is_away = False  # the database

    def __call__(self) -> bool:
        """Run what is due; whether there may be more.

        Where the end of a run could not be written, it is as if its worker had ended.
        """
        log_request_id.local.request_id = uuid.uuid4().hex
        if not self.lease.is_held.wait(1):
            return False
        one = Worker(self.queues, self.lease.number)
        try:
            self.planner.plan()
            self.recovery.look()
            one.run()
        except Error as error:
            if one.has_run:
                self.lease.drop()
            self.tell(error)
            return False
        self.is_away = False
        return one.has_run

    def tell(self, error: Error) -> None:
        """Once, and not at each attempt."""
        if not self.is_away:
            logger.error("The database keeps tasks from being run: %s", error)
        self.is_away = True

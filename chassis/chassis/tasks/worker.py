"""Runs tasks, one after the other, with the chassis's log, metrics and stop."""

import logging
import sys
import time
from contextlib import suppress

from django.apps import apps
from django.db import Error
from django.utils.module_loading import autodiscover_modules
from django_tasks_db.compat import Task, TaskContext, task_started
from django_tasks_db.management.commands import db_worker

from chassis import request_id
from chassis.health.dependencies import migrations_are_applied
from chassis.tasks.ends import (
    OpenTransactionError,
    Row,
    UnknownTaskError,
    fail,
    succeed,
    tidy,
)
from chassis.tasks.lease import Lease
from chassis.tasks.metrics import SECONDS
from chassis.tasks.recovery import Recovery
from chassis.tasks.schedules import Planner

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
        """Run a task and write how that ended.

        In place of theirs, which lets a task's broken connection, or an error that
        PostgreSQL cannot keep, end the worker.
        """
        self.has_run = True
        self._run_tasks += 1  # theirs counts here, too
        row = db_task_result
        # The lines of all runs of a task have one id.
        request_id.current.set(row.pk.hex)
        begun = time.monotonic()
        try:
            value = call(row)
        except BaseException as error:  # such as SystemExit
            with suppress(OpenTransactionError):
                tidy()
            fail(row, error)
        else:
            succeed(row, value)
        SECONDS.labels(row.task_path).observe(time.monotonic() - begun)


def call(row: Row) -> object:
    """What a task returns.

    Raises:
        UnknownTaskError: this release does not have it.
        OpenTransactionError: see there.
    """
    try:
        task = row.task
    except ImportError as error:
        raise UnknownTaskError from error
    result = row.task_result
    task_started.send(type(task.get_backend()), task_result=result)
    context = [TaskContext(task_result=result)] if task.takes_context else []
    value = task.call(*context, *result.args, **result.kwargs)
    tidy()
    return value


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
        request_id.current.set(request_id.new())
        # One that begins before its release's migrations waits for them, as servers do.
        if not (self.lease.is_held.wait(1) and migrations_are_applied()):
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

"""The worker of the queue, with the chassis's log, metrics and stop."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from chassis.tasks.worker import Stepper, find_tasks
from chassis.worker import FAILURES, loop


class Command(BaseCommand):
    help = "Run tasks from PostgreSQL, one after the other, until SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        known = settings.TASKS["default"]["QUEUES"]
        parser.add_argument(
            "--queue",
            action="append",
            choices=known,
            help="whose tasks to run, may be repeated; all, if not given",
        )

    def handle(self, *, queue: list[str] | None, **options: Any) -> None:
        # From 0: a counter that begins at 1 has not risen, and no alert sees it.
        for path in find_tasks():
            FAILURES.labels(path)
        step = Stepper(queue or ["*"])
        step.lease.begin()
        loop(step, seconds=1)

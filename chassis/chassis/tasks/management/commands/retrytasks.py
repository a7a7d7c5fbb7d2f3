"""Runs tasks that failed once more."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django_tasks_db.models import DBTaskResult

from chassis.tasks.ends import put_back


class Command(BaseCommand):
    help = "Put the failed runs of a task back into the queue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("task", help="its path, such as orders.tasks.send")

    def handle(self, *, task: str, **options: Any) -> None:
        failed = list(DBTaskResult.objects.failed().filter(task_path=task))
        for row in failed:
            row.args_kwargs.pop("failures", None)
            row.worker_ids, row.finished_at = [], None
            put_back(row, timedelta())
        if not failed:
            raise CommandError(f"No run of {task} has failed.")
        self.stdout.write(f"{len(failed)} of {task} are in the queue again.")

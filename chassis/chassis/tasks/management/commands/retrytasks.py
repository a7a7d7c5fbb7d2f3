"""Runs tasks that failed once more."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult


class Command(BaseCommand):
    help = "Put the failed runs of a task back into the queue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("task", help="its path, such as orders.tasks.send")

    def handle(self, *, task: str, **options: Any) -> None:
        failed = DBTaskResult.objects.failed().filter(task_path=task)
        number = failed.update(
            status="READY", run_after=timezone.now(), finished_at=None, worker_ids=[]
        )
        if not number:
            raise CommandError(f"No run of {task} has failed.")
        self.stdout.write(f"{number} of {task} are in the queue again.")

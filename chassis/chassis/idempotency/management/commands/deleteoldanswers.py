"""manage.py deleteoldanswers: for a platform's cron, once a day."""

from typing import Any

from django.core.management.base import BaseCommand

from chassis.idempotency.repeats import delete_old


class Command(BaseCommand):
    help = "Delete kept answers to requests with an Idempotency-Key after 24 hours."

    def handle(self, *arguments: Any, **options: Any) -> None:
        self.stdout.write(f"Deleted {delete_old()} kept answers.")

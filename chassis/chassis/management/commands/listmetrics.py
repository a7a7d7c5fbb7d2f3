"""manage.py listmetrics: what a server counts; `update` compares it."""

from typing import Any

from django.core.management.base import BaseCommand
from django.core.wsgi import get_wsgi_application
from prometheus_client import REGISTRY


class Command(BaseCommand):
    help = "Print the names of the metrics that a server has from its start."
    requires_system_checks: list[str] = []

    def handle(self, *arguments: Any, **options: Any) -> None:
        get_wsgi_application()  # middleware makes some
        names = sorted(metric.name for metric in REGISTRY.collect())
        self.stdout.write("\n".join(names))

"""What waits in the queue, and how long runs take."""

from collections.abc import Iterator

from django.conf import settings
from django.db import Error
from django.db.models import Case, Count, F, Min, When
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max
from prometheus_client import Histogram
from prometheus_client.core import GaugeMetricFamily, Metric

from chassis.health.dependencies import silence

SECONDS = Histogram(
    "service_task_seconds",
    "How long runs of a task took, failed ones, too.",
    ["task"],
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600),
)


def collect() -> Iterator[Metric]:
    """By queue; nothing where the database does not say.

    Each server asks, so that it shows if no worker runs.
    """
    try:
        found = {} if silence.lasts() else waiting()
    except Error:
        return
    number = GaugeMetricFamily(
        "service_tasks_waiting", "Tasks that are due and wait.", labels=["queue"]
    )
    oldest = GaugeMetricFamily(
        "service_tasks_oldest_seconds",
        "How long the task has waited that was due first.",
        labels=["queue"],
    )
    for queue, (count, seconds) in found.items():
        number.add_metric([queue], count)
        oldest.add_metric([queue], seconds)
    yield number
    yield oldest


def waiting() -> dict[str, tuple[int, float]]:
    """How many tasks wait in each queue, and the seconds of the oldest.

    Raises:
        django.db.Error: the database does not say.
    """
    due = Case(
        When(run_after=get_date_max(), then=F("enqueued_at")), default=F("run_after")
    )
    rows = DBTaskResult.objects.ready().order_by().values_list("queue_name")
    found = dict.fromkeys(settings.TASKS["default"]["QUEUES"], (0, 0.0))
    for queue, count, first in rows.annotate(Count("pk"), first=Min(due)):
        found[queue] = count, (timezone.now() - first).total_seconds()
    return found

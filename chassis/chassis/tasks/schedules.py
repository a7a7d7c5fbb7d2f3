"""Which task begins when: the next run of each waits in the queue beforehand.

A run that is due while no worker runs is so made up for, once.
"""

import uuid
from datetime import datetime
from typing import Any

from cronsim import CronSim
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from chassis import tasks

type Row = DBTaskResult[..., Any]


def following(cron: str) -> datetime:
    """The next moment of an expression.

    Raises:
        cronsim.CronSimError: it is none.
    """
    return next(CronSim(cron, timezone.localtime()))


class Planner:
    """Puts the next run of each schedule into the queue, as every worker does.

    A run's id is of its task and moment, so that several workers make one.
    """

    def __init__(self) -> None:
        self.planned: dict[str, datetime] = {}

    def plan(self) -> None:
        """Put in what is not; take out what is not of the code's schedules any more."""
        now = timezone.now()
        if all(self.planned.get(path, now) > now for path in tasks.SCHEDULES):
            return
        self.planned = {path: following(cron) for path, cron in tasks.SCHEDULES.items()}
        runs = [run(path, moment) for path, moment in self.planned.items()]
        DBTaskResult.objects.bulk_create(runs, ignore_conflicts=True)
        DBTaskResult.objects.filter(
            status="READY", run_after__gt=now, args_kwargs__schedule__isnull=False
        ).exclude(pk__in=[one.pk for one in runs]).delete()


def run(path: str, moment: datetime) -> Row:
    cron = tasks.SCHEDULES[path]
    return DBTaskResult(
        id=uuid.uuid5(uuid.NAMESPACE_OID, f"{path} {cron} {moment.isoformat()}"),
        task_path=path,
        run_after=moment,
        backend_name="default",
        args_kwargs={"args": [], "kwargs": {}, "schedule": cron},
    )

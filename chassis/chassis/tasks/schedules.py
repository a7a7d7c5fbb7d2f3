"""Which task begins when: the next run of each waits in the queue beforehand.

A run that is due while no worker runs is so made up for, once.
"""

import time
import uuid
from datetime import UTC, datetime

from cronsim import CronSim, CronSimError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from chassis import tasks
from chassis.tasks.ends import Row

AGAIN = 60.0  # seconds after which a worker plans anew: one of the release before does


def following(cron: str) -> datetime:
    """The next moment of an expression, in UTC.

    Raises:
        cronsim.CronSimError: it is none.
    """
    if len(cron.split()) != 5:
        raise CronSimError(f"{cron} has not five fields")
    now = timezone.now()
    # Where a clock is put back, the first ones may be past.
    moments = CronSim(cron, timezone.localtime(now, timezone.get_default_timezone()))
    return next(one for one in (m.astimezone(UTC) for m in moments) if one > now)


class Planner:
    """Puts the next run of each schedule into the queue, as every worker does.

    A run's id is of its task and moment, so that several workers make one.
    """

    def __init__(self) -> None:
        self.planned: dict[str, datetime] = {}
        self.began = float("-inf")  # of the monotonic clock

    def plan(self) -> None:
        """Put in what is not; take out what the code has at another time."""
        now, seconds = timezone.now(), time.monotonic()
        is_due = any(self.planned.get(path, now) <= now for path in tasks.SCHEDULES)
        if not is_due and seconds - self.began < AGAIN:
            return
        self.began = seconds
        self.planned = {
            path: following(one.cron) for path, one in tasks.SCHEDULES.items()
        }
        runs = [run(path, moment) for path, moment in self.planned.items()]
        DBTaskResult.objects.bulk_create(runs, ignore_conflicts=True)
        # Neither what is tried again, nor what only another release knows.
        DBTaskResult.objects.filter(
            status="READY",
            run_after__gt=now,
            worker_ids=[],
            task_path__in=self.planned,
            args_kwargs__schedule__isnull=False,
        ).exclude(pk__in=[one.pk for one in runs]).delete()


def run(path: str, moment: datetime) -> Row:
    schedule = tasks.SCHEDULES[path]
    name = f"{path} {schedule.cron} {moment.isoformat()}"
    return DBTaskResult(
        id=uuid.uuid5(uuid.NAMESPACE_OID, name),
        task_path=path,
        run_after=moment,
        queue_name=schedule.queue,
        priority=schedule.priority,
        backend_name="default",
        args_kwargs={"args": [], "kwargs": {}, "schedule": schedule.cron},
    )

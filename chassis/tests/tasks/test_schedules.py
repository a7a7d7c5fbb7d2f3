"""Tasks that begin by the clock."""

from datetime import datetime, timedelta

import pytest
from cronsim import CronSimError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from chassis import tasks
from chassis.tasks.schedules import Planner, following
from tests.tasks.tasks import fail, note


@pytest.fixture
def schedules(monkeypatch):
    """The code's schedules, of which there are none at first."""
    monkeypatch.setattr(tasks, "SCHEDULES", {})
    return tasks.SCHEDULES


def planned() -> set[tuple[str, datetime]]:
    rows = DBTaskResult.objects.all()
    return {(row.task_path.rsplit(".", 1)[1], row.run_after) for row in rows}


def test_following_is_of_the_zone_of_the_settings(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    found = timezone.localtime(following("0 3 * * *"))
    assert (
        found.hour,
        found.utcoffset() in {timedelta(hours=1), timedelta(hours=2)},
    ) == (
        3,
        True,
    )


def test_following_is_not_of_the_zone_that_a_task_activated(settings):
    settings.TIME_ZONE = "UTC"
    with timezone.override("Pacific/Auckland"):
        assert following("0 3 * * *").hour == 3


@pytest.mark.parametrize("cron", ["at three", "0 3 * * * *"])
def test_expression_that_is_none_is_refused(cron: str):
    with pytest.raises(CronSimError):
        tasks.scheduled(cron)


@pytest.mark.django_db
@pytest.mark.usefixtures("schedules")
def test_several_workers_plan_one_run():
    assert tasks.scheduled("0 3 * * *")(fail) is fail
    for planner in (Planner(), Planner()):
        planner.plan()
        planner.plan()
    ((name, moment),) = planned()
    assert name == "fail"
    assert moment == following("0 3 * * *")


@pytest.mark.django_db
def test_next_run_is_planned_when_one_is_due(schedules):
    tasks.scheduled("* * * * *")(fail)
    planner = Planner()
    planner.plan()
    (path,) = schedules
    planner.planned[path] = timezone.now() - timedelta(minutes=1)  # time has passed
    DBTaskResult.objects.all().delete()
    planner.plan()
    assert len(planned()) == 1


@pytest.mark.django_db
def test_run_of_a_schedule_that_changed_is_taken_out(schedules):
    tasks.scheduled("0 3 * * *")(fail)
    Planner().plan()
    schedules.clear()
    tasks.scheduled("0 4 * * *")(fail)
    moment = timezone.now() + timedelta(days=1)
    note.using(run_after=moment).enqueue("a person's")
    Planner().plan()
    assert planned() == {("fail", following("0 4 * * *")), ("note", moment)}


@pytest.mark.django_db
def test_run_that_is_tried_again_or_of_another_release_is_left(schedules):
    tasks.scheduled("0 3 * * *")(fail)
    tasks.scheduled("0 3 * * *")(note)
    Planner().plan()
    moment = timezone.now() + timedelta(seconds=15)
    rows = DBTaskResult.objects.filter(task_path__endswith="fail")
    rows.update(worker_ids=["1"], run_after=moment)
    del schedules["tests.tasks.tasks.note"]
    Planner().plan()
    assert {("fail", moment), ("note", following("0 3 * * *"))} == planned()


@pytest.mark.django_db
def test_run_that_a_worker_of_before_took_out_is_put_in_again(schedules, monkeypatch):
    tasks.scheduled("0 3 * * *")(fail)
    planner = Planner()
    planner.plan()
    DBTaskResult.objects.all().delete()
    planner.plan()
    assert not planned()
    monkeypatch.setattr("chassis.tasks.schedules.AGAIN", 0)
    planner.plan()
    assert len(planned()) == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("schedules")
def test_run_is_of_the_tasks_queue_and_priority(monkeypatch):
    tasks.scheduled("0 3 * * *")(fail.using(priority=7))
    Planner().plan()
    row = DBTaskResult.objects.get()
    assert (row.queue_name, row.priority) == ("default", 7)

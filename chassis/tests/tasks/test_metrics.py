"""What the metrics tell of the queue."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from chassis.health.metrics import StateCollector
from chassis.tasks import metrics
from tests.tasks.tasks import note


def samples() -> dict[tuple[str, str], float]:
    return {
        (sample.name, sample.labels["queue"]): sample.value
        for metric in StateCollector().collect()
        for sample in metric.samples
        if "queue" in sample.labels and sample.name.startswith("service_tasks_")
    }


@pytest.mark.django_db
def test_queue_without_a_task_has_zeros():
    assert samples() == {
        ("service_tasks_waiting", "default"): 0,
        ("service_tasks_oldest_seconds", "default"): 0,
    }


@pytest.mark.django_db
def test_tasks_that_are_due_are_counted(make_row):
    now = timezone.now()
    note.enqueue("now")
    note.using(run_after=now + timedelta(hours=1)).enqueue("later")
    make_row("note", run_after=now - timedelta(minutes=2))
    make_row("note", status="RUNNING")
    make_row("note", status="FAILED")
    found = samples()
    assert found["service_tasks_waiting", "default"] == 2
    assert 120 <= found["service_tasks_oldest_seconds", "default"] < 3600


def test_nothing_is_told_while_the_database_is_away(monkeypatch):
    def fail() -> None:
        raise DatabaseError

    monkeypatch.setattr(metrics, "waiting", fail)
    assert list(metrics.collect()) == []
    monkeypatch.setattr(metrics.silence, "lasts", lambda: True)
    assert [len(metric.samples) for metric in metrics.collect()] == [0, 0]

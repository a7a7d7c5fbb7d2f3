"""What becomes of a task in the queue."""

import logging
from datetime import timedelta

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from prometheus_client import REGISTRY

from chassis.health import dependencies, unapplied
from chassis.tasks import applications, ends
from tests.tasks.tasks import fail, fail_twice, note, runs


def sample(name: str, task: str) -> float | None:
    return REGISTRY.get_sample_value(name, {"task": f"tests.tasks.tasks.{task}"})


@pytest.mark.django_db(transaction=True)
def test_tasks_run_in_the_order_of_the_queue(step):
    before = sample("service_task_seconds_count", "note") or 0
    note.enqueue("first")
    note.enqueue("second")
    note.using(priority=1).enqueue("urgent")
    note.using(run_after=timezone.now() + timedelta(hours=1)).enqueue("later")
    assert [step() for _ in range(4)] == [True, True, True, False]
    assert runs == ["urgent", "first", "second"]
    assert sample("service_task_seconds_count", "note") == before + 3


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_run(step):
    with transaction.atomic():
        note.enqueue("never")
        transaction.set_rollback(True)
    assert not step()
    assert not runs


@pytest.mark.django_db(transaction=True)
def test_failure_is_logged_and_counted(step, caplog):
    with caplog.at_level(logging.INFO):
        fail.enqueue()
        assert step()
        assert not step()
    assert sample("service_task_failures_total", "fail") == 1
    assert "The task tests.tasks.tasks.fail failed." in caplog.messages
    assert "no such thing" in caplog.text
    assert DBTaskResult.objects.get().status == "FAILED"


@pytest.mark.django_db(transaction=True)
def test_failure_is_tried_again_later_as_often_as_the_task_says(step, caplog):
    fail_twice.enqueue()
    assert step()
    row = DBTaskResult.objects.get()
    assert row.status == "READY"
    assert row.run_after > timezone.now() + timedelta(seconds=10)
    assert "and is tried again in 15 s:" in caplog.text
    assert sample("service_task_failures_total", "fail_twice") is None
    DBTaskResult.objects.update(run_after=timezone.now())
    assert step()
    assert runs == ["fail_twice", "fail_twice"]
    assert DBTaskResult.objects.get().status == "FAILED"
    assert sample("service_task_failures_total", "fail_twice") == 1


@pytest.mark.django_db(transaction=True)
def test_task_that_this_release_does_not_know_waits_for_the_next(step, make_row):
    make_row("of_the_next_release")
    assert step()
    assert DBTaskResult.objects.get().status == "READY"


@pytest.mark.django_db(transaction=True)
def test_nothing_runs_without_the_lease(step, monkeypatch):
    note.enqueue("not yet")
    step.lease.is_held.clear()
    monkeypatch.setattr(step.lease.is_held, "wait", lambda _seconds: False)
    assert not step()
    assert not runs


@pytest.mark.django_db(transaction=True)
def test_nothing_runs_before_its_releases_migrations(step, monkeypatch):
    note.enqueue("afterwards")
    with monkeypatch.context() as patch:
        patch.setattr(unapplied, "missing", lambda _connection: ["orders.0002"])
        dependencies.migrated.forget()
        assert not step()
    assert not runs
    assert step()
    assert runs == ["afterwards"]


@pytest.mark.django_db(transaction=True)
def test_outage_is_told_once_and_ends_nothing(step, caplog, monkeypatch):
    def break_off() -> None:
        raise OperationalError("gone")

    note.enqueue("afterwards")
    with monkeypatch.context() as patch:
        patch.setattr(step.recovery, "look", break_off)
        assert not step()
        assert not step()
    assert caplog.text.count("The database keeps tasks from being run: gone") == 1
    assert step()
    assert runs == ["afterwards"]


@pytest.mark.django_db(transaction=True)
def test_worker_that_cannot_write_the_end_of_a_run_gives_the_task_up(step, monkeypatch):
    def break_off(*_: object) -> None:
        raise OperationalError("gone")

    note.enqueue("done, and done again")
    number = step.lease.number
    monkeypatch.setattr(DBTaskResult, "set_successful", break_off)
    monkeypatch.setattr(DBTaskResult, "set_failed", break_off)
    assert not step()
    assert step.lease.number != number
    assert not step.lease.is_held.is_set()


def test_there_are_no_applications_without_the_extra(monkeypatch):
    assert "django_tasks_db" in applications()
    monkeypatch.setattr("chassis.tasks.find_spec", lambda _name: None)
    assert applications() == []
    monkeypatch.setattr("chassis.tasks.find_spec", lambda _name: "found")
    assert applications() == ["chassis.tasks", "chassis.mail", "django_tasks_db"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("leave_open", "OpenTransactionError"),
        ("leave_a_block", "OpenTransactionError"),
        ("fail_oddly", "builtins.ValueError"),
        ("end_the_process", "builtins.SystemExit"),
        ("return_a_set", "builtins.TypeError"),
        ("return_a_nul", "DataError"),
        ("import_nothing", "builtins.ModuleNotFoundError"),
    ],
)
def test_what_a_task_does_ends_no_worker(step, make_row, name: str, reason: str):
    row = make_row(name)
    assert step()
    row.refresh_from_db()
    assert row.status == "FAILED"
    assert row.exception_class_path.endswith(reason)
    note.enqueue("afterwards")
    assert step()
    assert runs == ["afterwards"]


@pytest.mark.django_db(transaction=True)
def test_task_that_breaks_its_connection_is_done_once(step, make_row):
    row = make_row("break_the_connection")
    assert step()
    row.refresh_from_db()
    assert row.status == "SUCCESSFUL"


@pytest.mark.django_db(transaction=True)
def test_task_of_a_queue_that_is_gone_fails(step, make_row, admin_client):
    row = make_row("note", queue_name="gone")
    assert step()
    row.refresh_from_db()
    assert "InvalidTask" in row.exception_class_path
    page = admin_client.get("/admin/django_tasks_database/dbtaskresult/")
    assert "tests.tasks.tasks.note" in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_task_gets_its_context(step, make_row):
    make_row("count_attempts")
    assert step()
    assert runs == ["attempt 1"]


@pytest.mark.django_db(transaction=True)
def test_workers_that_were_killed_use_up_no_retry(step, make_row):
    row = make_row("fail_twice", worker_ids=["1", "2", "3"])
    assert step()
    row.refresh_from_db()
    assert row.status == "READY"


@pytest.mark.django_db
def test_pause_is_an_hour_at_most(make_row):
    row = make_row("fail_twice", args_kwargs={"args": [], "kwargs": {}, "failures": 8})
    ends.fail(row, ends.UnknownTaskError())
    wait = row.run_after - timezone.now()
    assert timedelta(minutes=59) < wait <= timedelta(hours=1)

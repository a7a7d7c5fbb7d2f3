"""The command db_worker, and what it does at night."""

from datetime import timedelta
from queue import SimpleQueue

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from knox.models import AuthToken

from chassis import worker
from chassis.idempotency.models import Answer
from chassis.tasks import SCHEDULES
from chassis.tasks.lease import Lease
from chassis.tasks.tasks import clean
from chassis.tasks.worker import find_tasks
from tests.tasks.tasks import note, runs


@pytest.mark.django_db(transaction=True)
def test_command_runs_tasks_until_a_signal(monkeypatch):
    stopped: SimpleQueue[None] = SimpleQueue()
    monkeypatch.setattr(worker, "stops", lambda: stopped)
    monkeypatch.setattr(Lease, "begin", lambda lease: lease.is_held.set())
    stopped.put(None)
    note.enqueue("by the command")
    call_command("db_worker", "--queue=default")
    assert runs == ["by the command"]
    assert "chassis.tasks.tasks.clean" in SCHEDULES


def test_command_refuses_a_queue_that_there_is_not():
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("db_worker", "--queue=defualt")


@pytest.mark.django_db
def test_night_deletes_old_tasks(make_row):
    now = timezone.now()
    old = {"finished_at": now - timedelta(days=15)}
    make_row("note", status="SUCCESSFUL", **old)
    make_row("note", status="FAILED", **old)
    kept = make_row("note", status="FAILED", finished_at=now)
    clean.call()
    assert DBTaskResult.objects.get() == kept


@pytest.mark.django_db
def test_night_deletes_old_answers():
    day = timezone.now() - timedelta(hours=25)
    Answer.objects.create(key="old", status=201, headers={}, body=b"", created=day)
    clean.call()
    assert not Answer.objects.exists()


@pytest.mark.django_db
def test_night_deletes_expired_tokens():
    user = get_user_model().objects.create(username="writer")
    past = timezone.now() - timedelta(seconds=1)
    for digest, expiry in (("ended", past), ("kept", None)):
        AuthToken.objects.bulk_create(
            [AuthToken(digest=digest, user=user, expiry=expiry)]
        )
    clean.call()
    assert AuthToken.objects.get().digest == "kept"


@pytest.mark.django_db
def test_failed_tasks_are_put_into_the_queue_again(make_row, capsys):
    failed = make_row("note", status="FAILED", worker_ids=["1"])
    other = make_row("fail", status="FAILED")
    call_command("retrytasks", "tests.tasks.tasks.note")
    assert (
        "1 of tests.tasks.tasks.note are in the queue again" in capsys.readouterr().out
    )
    failed.refresh_from_db()
    other.refresh_from_db()
    assert (failed.status, other.status) == ("READY", "FAILED")
    with pytest.raises(CommandError, match="No run of"):
        call_command("retrytasks", "tests.tasks.tasks.note")


def test_tasks_are_found_in_the_modules_of_that_name():
    assert find_tasks() == [
        "chassis.tasks.tasks.clean",
        "chassis.mail.tasks.send",
        "chassis.mail.tasks.forgotten",
    ]

"""What becomes of a task whose worker ends."""

import threading

import pytest
from django.db import OperationalError, connection
from django_tasks_db.models import DBTaskResult

from chassis.tasks import lease as leases
from chassis.tasks import recovery as recoveries
from chassis.tasks.lease import Lease, is_free
from chassis.tasks.recovery import Recovery


@pytest.fixture
def clock(monkeypatch):
    """Seconds of the recovery's clock."""
    clock = [0.0]
    monkeypatch.setattr(recoveries.time, "monotonic", lambda: clock[0])
    return clock


@pytest.fixture
def lease():
    """One that a thread holds until the end of the test."""
    lease = Lease()
    thread = threading.Thread(target=lease.hold)
    thread.start()
    assert lease.is_held.wait(60)
    yield lease
    lease.drop()
    thread.join()


@pytest.mark.django_db
def test_lease_is_held_until_it_is_dropped(lease):
    number = lease.number
    assert not is_free(number)
    assert is_free(number + 1)
    lease.drop()
    with connection.cursor() as cursor:  # which waits for the lock
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [leases.KIND, number])
    assert lease.number != number


@pytest.mark.django_db
def test_lease_that_is_dropped_early_is_not_held(monkeypatch):
    lease = Lease()
    ask = leases.ask

    def drop(*arguments) -> None:
        ask(*arguments)
        lease.drop()

    monkeypatch.setattr(leases, "ask", drop)
    held = []
    monkeypatch.setattr(lease.is_held, "set", lambda: held.append(True))
    lease.hold()
    assert not held


@pytest.mark.django_db
def test_lease_ends_with_its_connection(monkeypatch, caplog):
    def break_off(*_: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(leases, "ask", break_off)
    lease = Lease()
    lease.hold()
    assert not lease.is_held.is_set()
    assert "gone" in caplog.text


@pytest.mark.django_db
def test_connection_of_a_lease_is_asked_now_and_then(monkeypatch):
    asked = []

    def ask(_own: object, sql: str, *_: object) -> None:
        asked.append(sql)
        if len(asked) == 4:
            raise OperationalError("gone")

    monkeypatch.setattr(leases, "ask", ask)
    monkeypatch.setattr(leases, "BEAT", 0)
    Lease().hold()
    assert asked[2:] == ["SELECT 1", "SELECT 1"]


def test_lease_is_held_by_a_thread_that_ends_nothing(monkeypatch):
    begun = threading.Event()
    monkeypatch.setattr(Lease, "keep", lambda _self: begun.set())
    Lease().begin()
    assert begun.wait(60)


@pytest.mark.django_db
def test_task_of_a_worker_that_ended_is_run_again(clock, make_row, caplog):
    row = make_row("note", status="RUNNING", worker_ids=["1"])
    recovery = Recovery()
    for clock[0] in (0, 5, 10, 20):
        recovery.look()
        row.refresh_from_db()
        assert row.status == "RUNNING"
    clock[0] = 30
    recovery.look()
    row.refresh_from_db()
    assert row.status == "READY"
    assert "The task tests.tasks.tasks.note is run again" in caplog.text


@pytest.mark.django_db
def test_task_of_a_worker_that_lives_is_left_alone(clock, make_row, lease):
    row = make_row("note", status="RUNNING", worker_ids=["1", str(lease.number)])
    recovery = Recovery()
    for clock[0] in (0, 30, 60):
        recovery.look()
    row.refresh_from_db()
    assert row.status == "RUNNING"


@pytest.mark.django_db
def test_task_that_ends_its_workers_fails_in_the_end(clock, make_row, caplog):
    row = make_row("note", status="RUNNING", worker_ids=["1"] * recoveries.MOST)
    recovery = Recovery()
    for clock[0] in (0, 30):
        recovery.look()
    row.refresh_from_db()
    assert row.status == "FAILED"
    assert "WorkersEndedError" in row.exception_class_path
    assert "The task tests.tasks.tasks.note failed." in caplog.messages
    assert "is run again" not in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"status": "RUNNING", "worker_ids": ["1", "2"]},
        {"status": "READY", "worker_ids": ["1"]},
    ],
)
def test_task_that_another_worker_took_meanwhile_is_its(make_row, fields):
    row = make_row("note", **fields)
    recoveries.run_again(row.pk, "1")
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in fields} == fields


@pytest.mark.django_db
def test_task_whose_worker_came_back_is_its(make_row, lease):
    row = make_row("note", status="RUNNING", worker_ids=[str(lease.number)])
    recoveries.run_again(row.pk, str(lease.number))
    row.refresh_from_db()
    assert row.status == "RUNNING"


@pytest.mark.django_db
def test_recovery_counts_only_the_time_that_a_worker_is_gone(clock, make_row):
    row = make_row("note", status="RUNNING", worker_ids=["1"])
    recovery = Recovery()
    recovery.look()
    DBTaskResult.objects.update(worker_ids=["1", "2"])  # it was run again
    for clock[0] in (30, 50):
        recovery.look()
    row.refresh_from_db()
    assert row.status == "RUNNING"

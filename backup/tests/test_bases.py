"""When a base backup is due, and which ones are removed."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from backup.bases import Bases
from backup.receiver import Receiver
from backup.spans import NEVER, Spans
from tests.making import base_backup, write_base_backup
from tests.server import wait_until

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def spans(directory):
    return Spans(directory)


@pytest.fixture
def bases(settings, barman, spans):
    stopping = threading.Event()
    receiver = Receiver(settings, barman, spans, stopping)
    return Bases(settings, barman, spans, receiver, stopping)


def ago(**much):
    return base_backup(NOW - timedelta(**much))


def test_first_one_is_due_at_once(bases):
    """Else nothing could be restored on the first day."""
    assert bases.is_due()
    assert bases.newest == NEVER


@pytest.mark.parametrize(("hours", "due"), [(23, False), (25, True)])
def test_next_one_is_due_after_the_interval(bases, directory, hours, due):
    """Else there would be a base backup at each restart, or none ever again."""
    write_base_backup(directory, ago(hours=hours))
    write_base_backup(directory, ago(hours=72))
    assert bases.is_due() is due


def test_interval_is_that_of_the_settings(bases, directory):
    """Else BACKUP_HOURS would have no effect."""
    bases.interval = timedelta(hours=2)
    write_base_backup(directory, ago(hours=3))
    assert bases.is_due()


def test_one_that_was_cut_short_does_not_count(bases, directory):
    """Else a day would pass without a base backup."""
    write_base_backup(directory, ago(hours=1), "FAILED")
    assert bases.is_due()


@pytest.mark.parametrize(("begun", "due"), [(30, True), (90, False)])
def test_one_is_due_when_a_new_span_begins_after_the_last(
    bases, spans, directory, begun, due
):
    """Else nothing after a gap in the log could be restored until the next day."""
    write_base_backup(directory, ago(minutes=60))
    spans.begin(1, NOW - timedelta(minutes=begun), lost=True)
    assert bases.is_due() is due


def names(barman):
    return {item["backup_id"] for item in barman.ask("list-backups", "backup")}


def test_what_nobody_needs_is_removed(bases, barman, directory):
    """Else the disk would fill, or what is within BACKUP_DAYS could not be restored."""
    kept = [ago(days=days) for days in (1, 5, 20)]
    for backup in kept:
        write_base_backup(directory, backup)
    write_base_backup(directory, ago(days=30))  # the one of 20 days ago covers all
    for hours, status in enumerate(("FAILED", "STARTED", "EMPTY"), start=2):
        write_base_backup(directory, ago(hours=hours), status)
    bases.tidy()
    assert names(barman) == {backup.name for backup in kept}
    assert {file.name for file in (directory / "base").iterdir()} == names(barman)


def test_last_one_is_never_removed(bases, barman, directory):
    """Else nothing could be restored after the database was away for long."""
    write_base_backup(directory, ago(days=99))
    bases.tidy()
    assert names(barman) == {ago(days=99).name}


def test_nothing_is_removed_while_one_is_taken(bases, barman, directory):
    """Else the base backup that is being written would be removed as unfinished."""
    write_base_backup(directory, ago(days=0), "STARTED")
    with bases.taking:
        bases.tidy()
    assert names(barman) == {ago(days=0).name}
    bases.tidy()
    assert names(barman) == set()


def test_failed_attempt_is_told_and_tried_again(bases, directory, capsys):
    """Else a night without a base backup would leave no line in the log."""
    bases.receiver.process, bases.receiver.begun = object(), float("-inf")
    thread = threading.Thread(target=bases.run)
    thread.start()
    line = "backup: no base backup could be taken, it is tried again: "
    try:
        wait_until(lambda: line in capsys.readouterr().out)
    finally:
        bases.stopping.set()
        thread.join(10)
    assert not thread.is_alive()

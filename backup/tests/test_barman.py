"""What the real Barman says of backups on the disk."""

import json
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from backup.barman import is_of, words_of
from tests.making import base_backup, write_base_backup

NOW = datetime.now(UTC).replace(microsecond=0)


def days_ago(days, **more):
    return base_backup(NOW - timedelta(days=days), **more)


def test_whole_backups_are_listed_the_oldest_first(barman, directory):
    """Else a restore would choose the wrong one, or one that was cut short."""
    old = days_ago(3, begin_wal="000000010000000000000002", end_lsn="0/2000100")
    new = days_ago(2, timeline=2, begin_wal="0000000200000001000000FF", end_lsn="1/A0")
    write_base_backup(directory, new)
    write_base_backup(directory, old)
    for days, status in enumerate(("FAILED", "STARTED", "EMPTY"), start=4):
        write_base_backup(directory, days_ago(days), status)
    assert barman.backups() == [old, new]
    assert barman.ends() == {old.name: old.end, new.name: new.end}


def test_nothing_is_there_on_the_first_day(barman):
    """Else `list` would end with a traceback until the first base backup is whole."""
    assert barman.backups() == []
    assert barman.ends() == {}


def test_barman_words_are_in_its_error(barman):
    """Else an operator would read a status and no reason."""
    with pytest.raises(subprocess.CalledProcessError) as caught:
        barman.run("show-backup", "backup", "20260131T120000")
    assert "Unknown backup '20260131T120000' for server 'backup'" in words_of(
        caught.value
    )
    with pytest.raises(subprocess.CalledProcessError) as caught:
        barman.ask("list-backups", "another")
    assert "another" in words_of(caught.value)


def test_words_of_the_system():
    """Else a full disk would be told as a traceback."""
    error = OSError(28, "No space left on device")
    assert words_of(error) == "[Errno 28] No space left on device"


def test_words_of_a_silent_program():
    """Else the line would end after its colon."""
    error = subprocess.CalledProcessError(3, ["barman"], output="", stderr="")
    assert "returned non-zero exit status 3" in words_of(error)


@pytest.mark.parametrize(
    ("text", "is_ours"),
    [
        (json.dumps({"systemid": "7", "version": "17"}), True),
        (json.dumps({"systemid": 7}), True),
        (json.dumps({"systemid": "8"}), False),
        ('{"systemid', True),
        (None, True),
    ],
)
def test_backups_are_of_one_cluster(directory, text, is_ours):
    """Else the log of another database would come among the backups."""
    if text is not None:
        (directory / "identity.json").write_text(text)
    assert is_of(directory, "7") is is_ours

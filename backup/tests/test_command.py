"""The commands, as an operator types them."""

import pytest

from backup.spans import Spans
from tests.making import NOON, base_backup, minutes, segment, write_base_backup


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["restore", "--too"], "--too is not known. "),
        (["list", "x"], "x is not known. "),
        (["drop"], "invalid choice: 'drop'"),
        (["copy"], "the following arguments are required: folder. "),
        (["restore", "--timeline=0"], "0 is no timeline: `list` has their numbers."),
        (["restore", "--to=noon"], "noon is no time, such as "),
    ],
)
def test_wrong_command_is_told_in_a_sentence(run, arguments, sentence):
    """Else a typing error would start the service, or restore something else."""
    said, status = run(*arguments)
    assert said.startswith("backup: ")
    assert sentence in said
    assert "Traceback" not in said
    assert status == 1


def test_service_needs_a_password(run):
    """Else it would try to log in without one for ever."""
    assert run() == (
        "backup: set POSTGRES_BACKUP_PASSWORD or POSTGRES_BACKUP_PASSWORD_FILE.\n",
        1,
    )


def test_list_on_the_first_day(run):
    """Else an operator would take an empty answer for an error."""
    assert run("list") == ("there is no base backup yet\n", 0)


def test_list_tells_what_can_be_restored(run, directory):
    """Else an operator would not know which moment to ask for."""
    write_base_backup(directory, base_backup())
    later = base_backup(NOON + minutes(60), begin_wal="000000010000000000000005")
    write_base_backup(directory, later)
    for number in (2, 3, 5, 6):
        segment(directory / "streaming", f"0000000100000000{number:08X}")
    spans = Spans(directory)
    spans.begin(1, NOON, lost=False)
    spans.reach(NOON + minutes(99), 99)
    assert run("list") == (
        "20260131T120000: from 2026-01-31T12:00:01+00:00 on, timeline 1, then a gap\n"
        "20260131T130000: from 2026-01-31T13:00:01+00:00 on, timeline 1\n"
        "timeline 1 is known to reach 2026-01-31T13:39:00+00:00\n",
        0,
    )


def test_barman_has_its_own_commands_and_status(run, directory):
    """Else `barman` could not be asked what the service does not tell."""
    write_base_backup(directory, base_backup())
    said, status = run("barman", "list-backups", "backup", "--minimal")
    assert (said, status) == ("20260131T120000\n", 0)
    assert run("barman", "show-backup", "backup", "x")[1] == 1


def test_failure_of_barman_is_told(run, directory):
    """Else a traceback would be all that an operator reads."""
    write_base_backup(directory, base_backup())
    (directory / "meta/20260131T120000-backup.info").write_text(
        "status=DONE\nend_time=x"
    )
    said, status = run("list")
    assert said.endswith("backup: barman failed: its words above say why.\n")
    assert said.count("\n") > 1
    assert status == 1


def test_restore_that_is_refused_leaves_nothing(run, settings):
    """Else db would be in doubt about its folder."""
    said, status = run("restore")
    assert (said, status) == ("backup: there is no base backup yet.\n", 1)
    assert list(settings.data.iterdir()) == []


def test_backups_are_read_by_nobody_else(run, settings, tmp_path):
    """Else a user of the machine could read the whole database."""
    settings.home = tmp_path / "new"
    run("list")
    assert settings.home.stat().st_mode & 0o777 == 0o700

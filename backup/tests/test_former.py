"""Backups of the version before an upgrade."""

import os
import time

import pytest

from backup.copies import copy
from backup.former import Former, folders, keep, remove_old
from tests.making import base_backup, write_base_backup


@pytest.fixture
def kept(settings, directory, capsys):
    """The folder in which they are now."""
    write_base_backup(directory, base_backup())
    keep(settings, Former(15, "7"))
    (folder,) = folders(settings.home)
    for name in ("streaming", "wals"):
        (settings.directory / name).mkdir(parents=True)
    return folder


def test_former_backups_stay_and_new_ones_begin(settings, kept, capsys):
    """Else the backups of two versions would be mixed, or the older ones lost."""
    assert kept.name.startswith("postgresql-15-until-")
    assert (kept / "backup/meta").is_dir()
    assert not (settings.directory / "meta").exists()
    assert (
        f"those of PostgreSQL 15 are in {kept} for 7 days.\n" in capsys.readouterr().out
    )


def test_list_tells_of_them(kept, run):
    """Else nobody would find them."""
    said, status = run("list")
    assert said.startswith(f"{kept} has the backups before an upgrade\n")
    assert status == 0


@pytest.mark.parametrize(("days", "stays"), [(6, True), (8, False)])
def test_they_go_when_no_moment_of_them_can_be_wanted(settings, kept, days, stays):
    """Else the disk would fill with them, or BACKUP_DAYS would not be kept."""
    then = time.time() - days * 86400
    os.utime(kept, (then, then))
    remove_old(settings)
    assert kept.exists() == stays


def test_copy_has_them_for_as_long(settings, kept, barman, tmp_path):
    """Else a lost machine would take the days before an upgrade with it."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    copy(settings, barman, elsewhere)
    assert (elsewhere / kept.name / "backup/meta").is_dir()
    kept.rename(tmp_path / "gone")
    copy(settings, barman, elsewhere)
    assert not (elsewhere / kept.name).exists()

"""Copies of the backups, by the real rsync."""

import os
import re
import shutil

import pytest

from backup.copies import copy, refuse_shorter, remove_moved
from backup.wal import Wal
from tests.making import FIRST, NOON, SECOND, name, segment, write_backups


@pytest.fixture
def source(directory):
    """Two base backups, one that was cut short, and the log since the first."""
    write_backups(directory)
    return directory


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def files(folder):
    return {
        str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()
    }


def test_copy_has_all_that_a_restore_needs(source, settings, barman, folder, capsys):
    """Else a copy could not be restored when the machine is lost."""
    copy(settings, barman, folder)
    cut = "20260131T133000"
    wanted = {file for file in files(source) if cut not in file}
    assert len(files(source)) == len(wanted) + 2
    assert files(folder / "backup") == wanted
    assert capsys.readouterr().out == (
        f"backup: {folder} has all backups until 2026-01-31T13:39:00+00:00.\n"
    )
    moved = folder / "backup/streaming" / name(4)
    assert moved.stat().st_mtime == NOON.timestamp()


def test_copy_again_removes_what_retention_removed(source, settings, barman, folder):
    """Else the disk of the copies would fill, which nobody watches."""
    copy(settings, barman, folder)
    shutil.rmtree(source / "base" / FIRST.name)
    (source / "meta" / f"{FIRST.name}-backup.info").unlink()
    (source / "wals/0000000100000000" / name(2)).unlink()
    copy(settings, barman, folder)
    assert not [file for file in files(folder) if FIRST.name in file]
    assert name(2) not in {file.rpartition("/")[2] for file in files(folder)}
    assert f"backup/base/{SECOND.name}/data/PG_VERSION" in files(folder)


def test_copy_again_has_each_segment_once(source, settings, barman, folder):
    """Else a restore would take a segment that was whole only later."""
    copy(settings, barman, folder)
    (source / "streaming" / name(4)).rename(source / "wals/0000000100000000" / name(4))
    (source / "streaming" / f"{name(5)}.partial").rename(source / "streaming" / name(5))
    copy(settings, barman, folder)
    there = [file.rpartition("/")[2] for file in files(folder / "backup")]
    assert there.count(name(4)) == 1
    assert f"{name(5)}.partial" not in there
    assert "backup/streaming/" + name(5) in files(folder)


def test_copy_on_the_first_day(settings, barman, folder, capsys):
    """Else the command would fail in a nightly job before there is a base backup."""
    for part in ("streaming", "wals"):
        (settings.directory / part).mkdir()
    copy(settings, barman, folder)
    assert capsys.readouterr().out == f"backup: {folder} has all backups.\n"


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ("nowhere", r"nowhere must be a folder that uid \d+ may write: mount one\."),
        ("home", "must be apart"),
        ("home/backup/base", "must be apart"),
        ("", "must be apart"),
    ],
)
def test_folder_that_cannot_be_is_refused(
    source, settings, barman, tmp_path, where, sentence
):
    """Else the copy would be among the backups themselves, or nowhere."""
    before = files(tmp_path)
    with pytest.raises(SystemExit, match=sentence):
        copy(settings, barman, tmp_path / where)
    assert files(tmp_path) == before


def test_folder_that_cannot_be_written_is_refused(source, settings, barman, folder):
    """Else rsync's words would be all that an operator reads."""
    folder.chmod(0o500)
    with pytest.raises(SystemExit, match=f"uid {os.geteuid()} may write"):
        copy(settings, barman, folder)


def test_failure_of_rsync_ends_the_copy(source, settings, barman, folder, capfd):
    """Else a copy that is not whole would be told as one that is."""
    unreadable = source / "base" / SECOND.name / "data/PG_VERSION"
    unreadable.chmod(0)
    with pytest.raises(SystemExit) as caught:
        copy(settings, barman, folder)
    assert str(caught.value) == (
        "backup: the copy is not whole: rsync's words above say why."
    )
    assert re.search("PG_VERSION.*Permission denied", capfd.readouterr().err)


def test_copy_that_lacks_a_part_of_the_log_is_told(directory, folder):
    """Else a copy with a gap would be told as whole."""
    for number in (2, 3, 4):
        segment(directory / "streaming", name(number))
        if number != 3:
            segment(folder / "streaming", name(number))
    before, after = Wal(directory), Wal(folder)
    with pytest.raises(SystemExit, match="the copy lacks a part of the log"):
        refuse_shorter(before, after, FIRST, 1)
    refuse_shorter(after, before, FIRST, 1)


def test_segment_that_is_still_received_stays(folder):
    """Else the newest minutes would be missing in the copy."""
    segment(folder / "streaming", name(4))
    segment(folder / "streaming", f"{name(5)}.partial")
    remove_moved(folder)
    assert files(folder) == {f"streaming/{name(4)}", f"streaming/{name(5)}.partial"}

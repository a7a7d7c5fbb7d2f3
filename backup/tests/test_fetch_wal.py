"""The restore_command, a script that PostgreSQL runs for each file of the log."""

import os
import subprocess

import pytest

NAME = "000000010000000000000005"
SIZE = 4096


@pytest.fixture
def fetch(settings, tmp_path):
    """Run it; its status."""

    def fetch(name=NAME, to=tmp_path / "to"):
        return subprocess.run(
            [os.environ["BACKUP_FETCH"], name, str(to)],
            env={
                "BACKUP_DIR": str(settings.home),
                "BACKUP_SEGMENT": str(SIZE),
            },
        ).returncode

    return fetch


def write(directory, path, text):
    file = directory / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.ljust(SIZE))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"streaming/{NAME}.partial", NAME),
        (f"streaming/{NAME}", NAME),
        (f"wals/{NAME[:16]}/{NAME}", NAME),
        (f"set-aside/{NAME}", NAME),
        (f"set-aside/{NAME}.partial", NAME),
        ("wals/00000002.history", "00000002.history"),
        ("streaming/00000002.history", "00000002.history"),
    ],
)
def test_file_is_found_wherever_barman_has_it(directory, fetch, tmp_path, path, name):
    """Else a recovery would end before the log does."""
    write(directory, path, path)
    assert fetch(name) == 0
    assert (tmp_path / "to").read_text().strip() == path


def test_file_that_is_nowhere_is_the_end_of_the_log(directory, fetch, tmp_path):
    """Else a recovery would never end, or be called a failure."""
    write(directory, "streaming/000000010000000000000004", "the one before")
    assert fetch() == 1
    assert not (tmp_path / "to").exists()


def test_segment_in_its_place_comes_before_what_was_set_aside(
    directory, fetch, tmp_path
):
    """Else a restore would take what an older stream had received of it."""
    write(directory, f"set-aside/{NAME}", "old")
    write(directory, f"wals/{NAME[:16]}/{NAME}", "new")
    assert fetch() == 0
    assert (tmp_path / "to").read_text().strip() == "new"


def test_segment_that_the_disk_had_no_room_for_is_passed_over(
    directory, fetch, tmp_path
):
    """Else PostgreSQL would refuse it, and the whole restore."""
    (directory / "streaming").mkdir()
    (directory / f"streaming/{NAME}.partial").write_text("short")
    assert fetch() == 1
    write(directory, f"set-aside/{NAME}", "whole")
    assert fetch() == 0
    assert (tmp_path / "to").read_text().strip() == "whole"


def test_file_that_cannot_be_copied_ends_the_recovery(directory, fetch, tmp_path):
    """Else a full disk would pass for the end of the log."""
    write(directory, f"streaming/{NAME}", "x")
    assert fetch(to=tmp_path / "nowhere/to") == 255

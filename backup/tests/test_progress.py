"""What a person sees of something that takes long."""

import sys
import time

import pytest

from backup import progress
from tests.server import wait_until


@pytest.fixture
def _often(monkeypatch):
    monkeypatch.setattr(progress, "SECONDS", 0.05)


@pytest.mark.usefixtures("_often")
def test_log_gets_a_line_now_and_then(capsys):
    """Else nobody knows whether a restore of hours goes on."""
    asked = []
    with progress.progress("copying", lambda: asked.append(1) or f"{len(asked)} %"):
        wait_until(lambda: len(asked) > 1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["backup: copying: 1 %", "backup: copying: 2 %"]


def test_terminal_has_one_line_that_goes(capsys, monkeypatch):
    """Else a terminal would be full of lines, or keep one that is no longer true."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with progress.progress("copying", lambda: "45 %"):
        time.sleep(1.5)
    assert capsys.readouterr().out == "\rbackup: copying: 45 %\r\033[K"


def test_what_fails_meanwhile_is_not_hidden():
    """Else a restore whose copy failed would go on."""
    with pytest.raises(OSError, match="full"), progress.progress("copying", str):
        raise OSError("full")


def test_percent_is_whole_only_at_the_end():
    """Else 100 % would stand there while the last files are written."""
    assert [progress.percent(part, 200) for part in (0, 99, 200, 300)] == [
        "0 %",
        "49 %",
        "99 %",
        "99 %",
    ]
    assert progress.percent(5, 0) == "99 %"


def test_size_is_that_of_all_files(tmp_path):
    """Else the share would be of something else."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/one").write_bytes(bytes(1000))
    (tmp_path / "two").write_bytes(bytes(500))
    (tmp_path / "gone").symlink_to("nothing")
    assert progress.size(tmp_path) == 1500 + len("nothing")
    assert progress.megabytes(1_234_500_000) == "1,234 MB"

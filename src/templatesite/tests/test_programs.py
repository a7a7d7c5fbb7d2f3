import runpy
import sys
from pathlib import Path

import pytest
from django.db import OperationalError, connections


def test_manage_runs_a_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["manage.py", "check"])
    runpy.run_path(str(Path(__file__).parents[2] / "manage.py"), run_name="__main__")
    assert "no issues" in capsys.readouterr().out


@pytest.mark.parametrize(("connected", "expected"), [(None, SystemExit), (object(), OperationalError)])
def test_manage_tells_of_a_database_that_is_away_in_a_sentence(monkeypatch, connected, expected):
    def fail(_argv: list[str]) -> None:
        raise OperationalError("connection refused\nis it running?")

    monkeypatch.setattr("django.core.management.execute_from_command_line", fail)
    monkeypatch.setattr(connections["default"], "connection", connected)
    with pytest.raises(expected, match="connection refused"):
        runpy.run_path(str(Path(__file__).parents[2] / "manage.py"), run_name="__main__")


def test_manage_can_be_imported():
    runpy.run_path(str(Path(__file__).parents[2] / "manage.py"))

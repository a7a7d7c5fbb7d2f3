import runpy
import sys
from pathlib import Path


def test_manage_runs_a_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["manage.py", "check"])
    runpy.run_path(str(Path(__file__).parents[2] / "manage.py"), run_name="__main__")
    assert "no issues" in capsys.readouterr().out


def test_manage_can_be_imported():
    runpy.run_path(str(Path(__file__).parents[2] / "manage.py"))

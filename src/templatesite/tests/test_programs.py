import runpy
import sys
from pathlib import Path

from django.core.handlers.wsgi import WSGIHandler


def test_wsgi_has_an_application():
    assert isinstance(runpy.run_module("templatesite.wsgi")["application"], WSGIHandler)


def test_manage_runs_a_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["manage.py", "check"])
    runpy.run_path(str(Path(__file__).parents[2] / "manage.py"), run_name="__main__")
    assert "no issues" in capsys.readouterr().out


def test_manage_can_be_imported():
    runpy.run_path(str(Path(__file__).parents[2] / "manage.py"))

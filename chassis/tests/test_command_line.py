import sys

import pytest
from django.db import OperationalError, connections

from chassis.command_line import main


def test_command_is_run(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["manage.py", "check"])
    main()
    assert "no issues" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("connected", "expected"), [(None, SystemExit), (object(), OperationalError)]
)
def test_database_that_is_away_is_reported_in_a_sentence(
    monkeypatch, connected, expected
):
    def fail(_argv: list[str]) -> None:
        raise OperationalError("connection refused\nis it running?")

    monkeypatch.setattr("chassis.command_line.execute_from_command_line", fail)
    monkeypatch.setattr(connections["default"], "connection", connected)
    with pytest.raises(expected, match="connection refused"):
        main()

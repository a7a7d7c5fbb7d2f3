import sys

import pytest
from django.db import OperationalError, connections

from chassis.command_line import main


def test_command_is_run(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["manage.py", "check"])
    main()
    assert "no issues" in capsys.readouterr().out


AWAY = "Connection refused\nis it running?"
REFUSED = 'FATAL:  role "x" does not exist'
NOT_THERE = (
    "manage.py: the database is not there: Connection refused is it running?: "
    "see whether it runs, and POSTGRES_HOST and POSTGRES_PORT."
)
NOT_LET_IN = 'manage.py: the database does not let this in: FATAL: role "x" does'


@pytest.mark.parametrize(
    ("words", "connected", "expected", "sentence"),
    [
        (AWAY, None, SystemExit, NOT_THERE),
        (REFUSED, None, SystemExit, NOT_LET_IN),
        (AWAY, object(), OperationalError, AWAY),
    ],
    ids=["away", "refused", "connected"],
)
def test_database_that_is_away_is_reported_in_a_sentence(
    monkeypatch, words, connected, expected, sentence
):
    def fail(_argv: list[str]) -> None:
        raise OperationalError(words)

    monkeypatch.setattr("chassis.command_line.execute_from_command_line", fail)
    monkeypatch.setattr(connections["default"], "connection", connected)
    with pytest.raises(expected) as error:
        main()
    assert str(error.value).startswith(sentence)

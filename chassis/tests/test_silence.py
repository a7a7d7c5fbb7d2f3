from itertools import count

import pytest
from django.db import connections

from chassis.postgresql import base
from chassis.postgresql.silence import Silence


@pytest.fixture
def clock(monkeypatch):
    """The monotonic clock, which stands until it is set."""
    now = {"seconds": 100.0}
    monkeypatch.setattr(
        "chassis.postgresql.silence.time.monotonic", lambda: now["seconds"]
    )
    return now


def attempt(silence: Silence, clock: dict[str, float], seconds: float) -> str:
    """What an attempt says that fails after so many seconds."""
    try:
        with silence.kept():
            clock["seconds"] += seconds
            raise OSError(f"attempt at {clock['seconds']}")
    except OSError as error:
        return str(error)


def test_database_that_was_slow_to_fail_is_left_alone_for_a_while(clock):
    silence = Silence()
    assert attempt(silence, clock, 3) == "attempt at 103.0"
    clock["seconds"] = 104.9
    assert attempt(silence, clock, 3) == "attempt at 103.0"
    clock["seconds"] = 105.0
    assert attempt(silence, clock, 3) == "attempt at 108.0"


def test_database_that_refuses_is_asked_each_time(clock):
    silence = Silence()
    sentences = [attempt(silence, clock, 0.5) for _ in range(3)]
    assert sentences == [f"attempt at {100.5 + n / 2}" for n in range(3)]


def test_database_that_is_slow_and_answers_is_asked_each_time(clock):
    silence = Silence()
    for _ in range(2):
        with silence.kept():
            clock["seconds"] += 3
    assert silence.error is None


def test_connections_heed_it(clock, monkeypatch):
    wrapper = connections.create_connection("default")
    number = count(1)

    def connect(*_arguments: object) -> None:
        clock["seconds"] += 3
        raise wrapper.Database.OperationalError(f"{next(number)} timeout expired")

    monkeypatch.setattr(base, "silence", Silence())
    monkeypatch.setattr(base.base.DatabaseWrapper, "get_new_connection", connect)
    for _ in range(2):
        with pytest.raises(wrapper.Database.OperationalError, match="1 timeout"):
            wrapper.get_new_connection({})

"""Courses of things, replayed: whom the objectives wake, and whom thresholds woke."""

import os
from pathlib import Path

import pytest
from replay import STEP, Course, Heard, Moment, replay

MINUTE, HOUR = 60, 3600


def outage(second: int) -> Moment:
    """The database is away for ten minutes."""
    away = HOUR <= second < HOUR + 10 * MINUTE
    return Moment(20, failing=1 if away else 0.0001)


def fault(second: int) -> Moment:
    """After an hour, a release fails for 1 %, until somebody looks."""
    return Moment(20, failing=0.01 if second >= HOUR else 0.0001)


def slow_day(second: int) -> Moment:
    """One request in five is slow in the busy minutes of each quarter of an hour."""
    busy = second >= HOUR and second % (15 * MINUTE) < 6 * MINUTE
    return Moment(10, failing=0.0001, slow=0.2 if busy else 0.004)


def releases(second: int) -> Moment:
    """Twice, all requests fail for 15 seconds, and half of them for 15 more."""
    failing = {HOUR: 1.0, HOUR + 15: 0.5, 3 * HOUR: 1.0, 3 * HOUR + 15: 0.5}
    return Moment(20, failing=failing.get(second, 0.0001))


def quiet_night(second: int) -> Moment:
    """Two requests a minute; a page fails, and somebody loads it seven times."""
    again = 3 * HOUR <= second < 3 * HOUR + 7 * STEP
    return Moment(0.03, failing=0.001, slow=0.02, again=int(again))


COURSES: dict[str, tuple[Course, int, int]] = {
    "an outage of ten minutes": (outage, 2 * HOUR, HOUR),
    "1 % fails": (fault, 6 * HOUR, HOUR),
    "a slow day": (slow_day, 9 * HOUR, HOUR),
    "two releases": (releases, 4 * HOUR, HOUR),
    "a quiet night": (quiet_night, 6 * HOUR, 0),
}


@pytest.fixture(scope="module")
def heard(tmp_path_factory):
    """What each side said of each course, with seconds from when that began."""
    found: dict[str, dict[str, Heard]] = {}
    folder = Path(os.environ["rules"])
    for name, (course, seconds, began) in COURSES.items():
        sides = replay(folder, tmp_path_factory.mktemp("replay"), course, seconds)
        found[name] = {
            side: one._replace(
                woken=None if one.woken is None else one.woken - began,
                told=None if one.told is None else one.told - began,
            )
            for side, one in sides.items()
        }
        for side, one in found[name].items():
            print(f"{name}, {side}: {one}")
    return found


def test_outage_wakes_somebody_as_soon_as_before(heard):
    sides = heard["an outage of ten minutes"]
    assert [one.pages for one in sides.values()] == [1, 1]
    assert sides["now"].woken <= sides["before"].woken + STEP
    assert sides["now"].woken <= 2 * MINUTE


def test_fault_that_thresholds_do_not_see_wakes_somebody_within_hours(heard):
    sides = heard["1 % fails"]
    assert sides["before"] == Heard(0, 0, None, None)
    assert sides["now"].pages == 1
    assert sides["now"].woken < 4 * HOUR


def test_slow_day_is_told_once_and_not_each_quarter_of_an_hour(heard):
    sides = heard["a slow day"]
    assert sides["before"].warnings >= 8 * 4
    assert sides["now"].pages + sides["now"].warnings == 1


@pytest.mark.parametrize("course", ["two releases", "a quiet night"])
def test_nobody_hears_of_what_the_budget_allows(heard, course):
    assert heard[course]["before"].pages >= 1
    assert heard[course]["now"] == Heard(0, 0, None, None)

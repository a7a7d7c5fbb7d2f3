"""Orderings and cursors: which there are, and that others are refused."""

import base64
import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models import F
from django.test.utils import isolate_apps

from chassis.pagination.keyset import (
    TOKEN_MAX,
    Cursor,
    keyset_by,
    ordering_of,
    terms_of,
)
from tests.models import Note, Task, User

MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)
# Python knows these offsets; PostgreSQL does not.
FAR = [
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "2026-01-02T03:04:05+16:00",
]

# A field, some of its values, and what is none of them however it is spelt.
KINDS = {
    "title": (["", "a", "ä€😀", "\x01\n", 'x"y'], []),
    "created": (
        [MOMENT, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)],
        [
            "2026-01-02T03:04:05",
            "2026-01-02",
            "2026-13-02T03:04+00:00",
            "2026-01-02 03Z",
            "",
            *FAR,
        ],
    ),
    "day": (
        [date(2026, 1, 2), date.min, date.max],
        ["2026-02-30", "20260102", "2026-01-02T00"],
    ),
    "hour": ([time(3, 4, 5, 678901), time(0)], ["24:00", "3:04", "03:04:05+01:00", ""]),
    "takes": (
        [
            timedelta(0),
            timedelta(days=-3, microseconds=1),
            timedelta.max,
            timedelta.min,
        ],
        ["P3D", "1000000000 00:00:00", "", "9" * 400 + " 00:00:00"],
    ),
    "cost": (
        [Decimal("0.00"), Decimal("-1.50"), Decimal("999999.99")],
        ["NaN", "Infinity", "1E+999999", "1e5", "0.001", "1000000.00", "", "1,5", " 1"],
    ),
    "weight": (
        [0.1, -1.5e-300, float("inf"), float("nan"), 5e-324],
        ["1", "1e999", "0x1", ""],
    ),
    "code": (
        [uuid.UUID(int=5)],
        ["5", "{00000000-0000-0000-0000-000000000005}", "0" * 32, ""],
    ),
    "done": ([True, False], ["1", "true", ""]),
    "priority": (
        [0, -32768, 32767],
        ["32768", "-32769", "1_0", "٣", "+1", " 1", "01", "9" * 400],
    ),
    "note_id": ([0, 2**63 - 1, -(2**63)], [str(2**63), "x"]),
}
VALUES = [(name, value) for name, (values, _) in KINDS.items() for value in values]
OTHERS = [(name, text) for name, (_, texts) in KINDS.items() for text in texts]


def token(*parts: str | bytes, mark: bytes = b">") -> str:
    encoded = [part if isinstance(part, bytes) else part.encode() for part in parts]
    return base64.urlsafe_b64encode(b"\0".join([mark, *encoded])).decode().rstrip("=")


def fields(model: type[models.Model], *ordering: str) -> list[str]:
    return keyset_by(model, ordering).ordering


@pytest.mark.parametrize(
    ("ordering", "completed"),
    [
        *(
            (["pk"], ["id"]),
            (["-pk"], ["-id"]),
            (["-id"], ["-id"]),
            (["position"], ["position"]),
        ),
        *((["title"], ["title", "id"]), (["-title"], ["-title", "-id"])),
        (["note_id"], ["note_id", "id"]),
        (["-title", "id"], ["-title", "id"]),
        (["title", "-created"], ["title", "-created", "-id"]),
        # What can make no difference is left out.
        (["-position", "title"], ["-position"]),
        (["title", "-title", "id", "pk"], ["title", "id"]),
    ],
)
def test_ordering_is_made_unique(ordering: list[str], completed: list[str]):
    assert fields(Task, *ordering) == completed
    opposite = [f"-{name}".removeprefix("--") for name in completed]
    assert keyset_by(Task, tuple(ordering)).reverse_ordering == opposite


@isolate_apps("tests")
def test_constraints_make_unique():
    partial = models.Q(row__gt=0)

    class Seat(models.Model):  # noqa: DJ008
        row = models.IntegerField()
        number = models.IntegerField()
        show = models.IntegerField()

        class Meta:
            app_label = "tests"
            unique_together = [("row", "number")]
            constraints = [
                models.UniqueConstraint(fields=["show"], name="total"),
                models.UniqueConstraint(
                    fields=["row"], condition=partial, name="partial"
                ),
            ]

    assert fields(Seat, "row", "-number") == ["row", "-number"]
    assert fields(Seat, "show") == ["show"]
    assert fields(Seat, "-row") == ["-row", "-id"]


@isolate_apps("tests")
def test_key_may_be_of_several_columns_or_of_another_table():
    class Place(models.Model):  # noqa: DJ008
        pk = models.CompositePrimaryKey("column", "line")
        column = models.IntegerField()
        line = models.IntegerField()

        class Meta:
            app_label = "tests"

    class Urgent(Task):
        class Meta:
            app_label = "tests"

    assert fields(Place, "-pk") == ["-column", "-line"]
    assert fields(Place, "line") == ["line", "column"]
    assert fields(Urgent, "pk") == ["task_ptr_id"]
    assert keyset_by(Urgent, ("pk",)).read("7") == Cursor((7,))
    assert fields(Urgent, "-created") == ["-created", "-task_ptr_id"]


@pytest.mark.parametrize(
    ("term", "reason"),
    [
        *(
            ("due", "it may be null"),
            ("-due", "it may be null"),
            ("body", "no cursor can have a TextField"),
        ),
        *(
            ("nothing", "it is no field of it"),
            ("?", "it is no field of it"),
            ("--id", "it is no field of it"),
        ),
        *(
            ("note__text", "it is no field of it"),
            ("note", "it goes by the other table, unlike 'note_id'"),
        ),
    ],
)
def test_what_has_no_place_is_refused(term: str, reason: str):
    with pytest.raises(ImproperlyConfigured) as error:
        keyset_by(Task, (term,))
    assert (
        str(error.value)
        == f"Task cannot be paged by '{term.removeprefix('-')}': {reason}."
    )


@pytest.mark.parametrize(
    ("model", "name", "reason"),
    [
        (Note, "tasks", "it is no column of its table"),
        (User, "groups", "it is no column of its table"),
    ],
)
def test_relation_without_a_column_is_refused(
    model: type[models.Model], name: str, reason: str
):
    with pytest.raises(ImproperlyConfigured) as error:
        keyset_by(model, (name,))
    assert (
        str(error.value) == f"{model.__name__} cannot be paged by '{name}': {reason}."
    )


@isolate_apps("tests")
def test_text_too_long_for_a_url_is_refused():
    class Page(models.Model):  # noqa: DJ008
        address = models.CharField(max_length=400)
        half = models.CharField(max_length=100)
        title = models.CharField(max_length=101)
        text = models.CharField()

        class Meta:
            app_label = "tests"

    keys = keyset_by(Page, ("address",))
    assert len(keys.write(Cursor(("\U0001f600" * 500, -(2**63))))) < TOKEN_MAX
    assert fields(Page, "-address", "half") == ["-address", "half", "id"]
    for *ordering, last in [("address", "title"), ("text",)]:
        with pytest.raises(ImproperlyConfigured) as error:
            keyset_by(Page, (*ordering, last))
        assert str(error.value) == (
            f"Page cannot be paged by '{last}': "
            "cursors have at most 500 characters of text."
        )


@pytest.mark.parametrize("expression", [F("title"), F("due").desc(nulls_last=True)])
def test_expression_is_refused(expression):
    with pytest.raises(ImproperlyConfigured) as error:
        ordering_of(Task.objects.order_by(expression))
    assert (
        str(error.value)
        == f"Task cannot be paged by {str(expression)!r}: it is an expression."
    )


def test_ordering_is_that_of_the_query_set():
    assert ordering_of(Task.objects.all()) == ("-created",)
    assert ordering_of(Task.objects.order_by("title", "-id")) == ("title", "-id")
    assert ordering_of(Task.objects.order_by()) == ("pk",)
    assert ordering_of(User.objects.all()) == ("pk",)
    assert terms_of(Task, "-title") == ("-title",)


@pytest.mark.parametrize(("name", "value"), VALUES)
@pytest.mark.parametrize("inclusive", [True, False])
def test_cursor_is_read_as_it_was_written(name: str, value, inclusive: bool):
    keys = keyset_by(Task, (name, "id"))
    text = keys.write(Cursor((value, 5), inclusive))
    assert set(text) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )
    read = keys.read(text)
    assert keys.write(read) == text
    assert read == Cursor((value, 5), inclusive) or value != value


@pytest.mark.parametrize(("name", "text"), OTHERS)
def test_what_is_no_value_is_no_cursor(name: str, text: str):
    with pytest.raises(ValueError, match="a cursor from the links"):
        keyset_by(Task, (name, "id")).read(token(text, "5"))


GOOD = token("a", "5")
BAD_TOKENS = [
    *("", "5", "!", "ä", "\0", "A" * 100_000, "-" * 8, "_" * 8, "+/" * 4),
    *(
        GOOD + "=",
        GOOD + "\n",
        GOOD[:-1],
        " " + GOOD,
        GOOD + "\0",
        GOOD + "A",
        GOOD.swapcase(),
    ),
    *(
        token(),
        token("a"),
        token("a", "5", ""),
        token("a", "5", "6"),
        token("a\0", "5"),
    ),
    *(token("a", "x"), token("a", "5", mark=b""), token("a", "5", mark=b">=")),
    *(token(b"\xff", "5"), token(b"\xed\xa0\x80", "5"), token("x" * 3000, "5")),
]


@pytest.mark.parametrize("text", BAD_TOKENS)
def test_what_is_no_token_is_no_cursor(text: str):
    assert keyset_by(Task, ("title",)).read(GOOD) == Cursor(("a", 5))
    with pytest.raises(ValueError, match="a cursor from the links"):
        keyset_by(Task, ("title",)).read(text)


def test_other_spelling_of_the_same_bytes_is_no_cursor():
    spelt = GOOD[:-1] + chr(ord(GOOD[-1]) + 1)
    assert base64.urlsafe_b64decode(GOOD + "==") == base64.urlsafe_b64decode(
        spelt + "=="
    )
    with pytest.raises(ValueError, match="a cursor from the links"):
        keyset_by(Task, ("title",)).read(spelt)


def test_moment_of_any_offset_is_written_in_utc(settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    keys = keyset_by(Task, ("created",))
    there = MOMENT.astimezone(timezone(timedelta(hours=-20)))
    assert keys.write(Cursor((there, 5))) == token(
        "2026-01-02T03:04:05.678901+00:00", "5"
    )


def test_naive_moments_are_taken_where_there_are_no_others(settings):
    settings.USE_TZ = False
    keys = keyset_by(Task, ("created",))
    naive = Cursor((MOMENT.replace(tzinfo=None), 5))
    assert keys.read(keys.write(naive)) == naive
    with pytest.raises(ValueError, match="a cursor from the links"):
        keys.read(token(MOMENT.isoformat(), "5"))


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("id", 0, 2**63 - 1), ("-id", 0, 2**63 - 1), ("position", -(2**31), 2**31 - 1)],
)
def test_one_integer_is_its_own_cursor(name: str, least: int, most: int):
    keys = keyset_by(Task, (name,))
    assert keys.schema == {"type": "integer", "minimum": least, "maximum": most}
    for number in (least, 0, 7, most):
        assert keys.read(str(number)) == Cursor((number,))
        assert keys.write(Cursor((number,))) == str(number)
    for text in (
        str(least - 1),
        str(most + 1),
        "",
        "-",
        "--1",
        "+1",
        "1-",
        "²",
        "1" * 5000,
        GOOD,
    ):
        with pytest.raises(ValueError, match=f"an integer from {least} to {most}."):
            keys.read(text)


@pytest.mark.parametrize(("name", "step"), [("position", 1), ("-position", -1)])
def test_opposite_of_an_integer_is_next_to_it(name: str, step: int):
    keys = keyset_by(Task, (name,))
    assert keys.opposite(Cursor((5,))) == Cursor((5 + step,))
    assert keys.opposite(Cursor((5,)), backwards=True) == Cursor((5 - step,))
    ends = {-(2**31), 2**31 - 1}
    for backwards in (True, False):
        reached = {keys.opposite(Cursor((end,)), backwards).values[0] for end in ends}
        assert len(ends & reached) == 1


def test_one_field_that_is_no_integer_has_tokens():
    keys = keyset_by(User, ("username",))
    assert keys.ordering == ["username"]
    for name in ("", "W"):  # whose cursor ends in a letter that is no padding
        assert keys.read(keys.write(Cursor((name,)))) == Cursor((name,))

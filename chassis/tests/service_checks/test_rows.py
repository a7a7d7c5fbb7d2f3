"""Rows that are made for any model."""

import itertools
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.postgres.fields import ArrayField, HStoreField
from django.db import connection, models
from django.db.models import NOT_PROVIDED
from django.db.models.functions import Now
from django.test.utils import isolate_apps

from service_checks import own, rows

pytestmark = pytest.mark.django_db


class Colour(models.Field):
    """A field that nobody knows."""

    def db_type(self, connection: object) -> str:
        return "text"


@pytest.fixture
def made():
    """A function that makes a model with these fields, and its table."""
    with isolate_apps("tests"):

        def made(base: type = models.Model, **fields: object) -> type[models.Model]:
            meta = type("Meta", (), {"app_label": "tests"})
            names = {"__module__": __name__, "Meta": meta, **fields}
            model = type(f"Thing{len(fields)}", (base,), names)
            with connection.schema_editor() as editor:
                editor.create_model(model)
            return model

        yield made


def every_field() -> dict[str, models.Field]:
    decimal = models.DecimalField(unique=True, max_digits=4, decimal_places=2)
    array = ArrayField(models.IntegerField(), unique=True)
    kinds = (
        *(models.BinaryField, models.DateField, models.DateTimeField),
        *(models.DurationField, models.EmailField, models.FileField, models.FloatField),
        *(models.GenericIPAddressField, models.IntegerField, models.JSONField),
        models.TextField,
        *(models.SlugField, models.TimeField, models.URLField, models.UUIDField),
    )
    found = {kind.__name__: kind(unique=True) for kind in kinds}
    name = models.CharField(unique=True, max_length=20)
    return {**found, "array": array, "decimal": decimal, "name": name}


def test_rows_differ_only_where_they_must(made):
    model = made(alike=models.TextField(), yes=models.BooleanField(), **every_field())
    for _ in range(4):
        rows.insert(model, full=True)
    found = list(model.objects.values())
    assert len(found) == 4
    for name in every_field():
        assert len({str(row[name]) for row in found}) == 4, name
    assert {row["alike"] for row in found} == {"x0"}
    assert {row["yes"] for row in found} == {False}


def test_row_has_no_more_than_it_needs_unless_it_is_full(made):
    def choice() -> str:
        return "python"

    model = made(
        empty=models.CharField(max_length=3, blank=True),
        chosen=models.CharField(max_length=9, default=choice),
        at=models.DateTimeField(db_default=Now()),
        day=models.DateField(null=True),
        number=models.IntegerField(blank=True),
        doubled=models.GeneratedField(
            expression=models.F("number") * 2,
            output_field=models.IntegerField(),
            db_persist=True,
        ),
    )
    short, full = rows.insert(model, full=False), rows.insert(model, full=True)
    for row in (short, full):
        row.refresh_from_db()
    assert (short.empty, short.chosen, short.number) == ("", "python", 0)
    assert short.day is None
    assert (full.empty, full.chosen, full.number) == ("x0_", "x0_______", 0)
    assert full.day == date(2000, 1, 1)
    assert full.at.date() == date(2000, 1, 1)
    assert short.at.year > 2000


def test_empty_text_that_must_differ_is_none(made):
    model = made(text=models.CharField(max_length=3, blank=True, unique=True))
    texts = {rows.insert(model, full=False).text for _ in range(3)}
    assert len(texts) == 3


def test_row_of_a_child_comes_with_its_parent(made):
    parent = made(name=models.TextField(unique=True))
    child = made(parent, first=models.IntegerField(), second=models.IntegerField())
    for _ in range(2):
        rows.insert(child, full=True)
    assert parent.objects.count() == child.objects.count() == 2


def test_foreign_keys_share_a_row_where_they_may(made):
    parent = made()
    child = made(one=models.ForeignKey(parent, models.CASCADE))
    link = models.OneToOneField(parent, models.CASCADE)
    single = made(one=link, text=models.TextField())
    for model, parents in ((child, 1), (single, 2)):
        for _ in range(2):
            rows.insert(model, full=False)
        assert parent.objects.count() == parents


def test_row_that_needs_another_of_its_kind_is_refused(made):
    model = made(parent=models.ForeignKey("self", models.CASCADE))
    with pytest.raises(rows.RowRefusedError, match=r"^rows of it need one another$"):
        rows.insert(model, full=False)


def test_row_with_a_value_that_postgresql_cannot_store_is_refused(made):
    model = made(number=models.SmallIntegerField())
    own.FIELDS[f"tests.{model.__name__}.number"] = lambda number: 99_999
    with pytest.raises(rows.RowRefusedError, match="out of range"):
        rows.insert(model, full=False)


def test_short_texts_are_drawn_until_one_is_free(made):
    model = made(letter=models.CharField(max_length=1, unique=True))
    for _ in range(30):
        rows.insert(model, full=False)
    assert model.objects.count() == 30


def test_row_is_given_up_after_some_draws(made, monkeypatch):
    monkeypatch.setattr(rows, "DRAWS", 7)
    drawn = []
    model = made(number=models.IntegerField(), letter=models.TextField())
    with connection.cursor() as cursor:
        table = model._meta.db_table
        cursor.execute(f"ALTER TABLE {table} ADD CHECK (number < 0)")

    def draw(number: int) -> int:
        drawn.append(number)
        return number

    own.FIELDS[f"tests.{model.__name__}.number"] = draw
    with pytest.raises(rows.RowRefusedError, match="violates check constraint"):
        rows.insert(model, full=False)
    assert drawn[0] == 0
    assert len(set(drawn)) == len(drawn) == 1 + 1 + 1 + 7


def test_constraint_that_is_not_known_lets_every_column_differ(made):
    """Such as an index by an expression."""
    model = made(text=models.TextField(), more=models.TextField())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNIQUE INDEX ON {model._meta.db_table} (lower(text))")
    for _ in range(2):
        rows.insert(model, full=False)
    texts = [row.text for row in model.objects.order_by("pk")]
    assert texts[0] == "x0"
    assert texts[1] != "x0"


def test_field_of_an_unknown_type_is_named(made):
    model = made(colour=Colour())
    name = f"tests.{model.__name__}.colour"
    with pytest.raises(SystemExit) as ended:
        rows.insert(model, full=False)
    assert str(ended.value) == (
        f"{name} is a Colour: name that type in TYPES, or the field in FIELDS, "
        "in src/config/tests/rows.py."
    )
    own.TYPES["Colour"] = lambda _, number: f"red{number}"
    assert rows.insert(model, full=False).colour == "red0"
    own.FIELDS[name] = lambda number: f"blue{number}"
    assert rows.insert(model, full=False).colour == "blue0"


def test_field_of_an_unknown_type_may_be_left_out(made):
    model = made(colour=Colour(null=True))
    assert rows.insert(model, full=True).colour is None


def test_service_knows_a_type_better(made):
    own.TYPES["IntegerField"] = lambda _, number: number - 5
    assert rows.insert(made(size=models.IntegerField()), full=False).size == -5


def test_choices_are_taken_in_turns():
    field = models.CharField(choices=[("a", "A"), ("more", [("b", "B"), ("c", "C")])])
    assert [rows.value(field, number) for number in range(4)] == ["a", "b", "c", "a"]


@pytest.mark.parametrize(
    ("field", "number", "expected"),
    [
        (models.BooleanField(), 3, True),
        (models.CharField(), 37, "x11"),
        (models.DecimalField(max_digits=3, decimal_places=1), 12345, Decimal("34.5")),
        (models.DurationField(), 2, timedelta(seconds=2)),
        (models.PositiveBigIntegerField(), 7, 7),
        (HStoreField(), 7, {"x": "7"}),
        (ArrayField(models.TextField()), 7, ["x7"]),
        (models.AutoField(primary_key=True), 7, 7),
        (Colour(), 7, NOT_PROVIDED),
    ],
)
def test_value_is_of_the_fields_type(field, number: int, expected: object):
    assert rows.value(field, number) == expected


@pytest.mark.parametrize(
    ("text", "longest", "full", "expected"),
    [
        ("x123", 3, False, "123"),
        ("x123", 6, False, "x123"),
        ("x123", 6, True, "x123__"),
        ("x1@example.com", 5, False, "x1@ex"),
        ("x1@example.com", 16, True, "x1@example.com__"),
    ],
)
def test_text_fits(text: str, longest: int, full: bool, expected: str):
    assert rows.fitting(text, longest, full) == expected


def test_texts_that_are_made_longer_differ():
    texts = {rows.fitting(f"x{rows.base36(one)}", 9, True) for one in range(36**2)}
    assert len(texts) == 36**2


def test_texts_by_number_differ_and_are_short():
    texts = [rows.base36(number) for number in range(36**2)]
    assert len(set(texts)) == 36**2
    assert max(map(len, texts)) == 2
    assert list(itertools.islice(texts, 34, 37)) == ["y", "z", "10"]

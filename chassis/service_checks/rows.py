"""Rows for any model, made from what its fields are.

They are equal but in columns where a constraint forbids it: so a migration that older
rows do not allow shows itself.
"""

import itertools
import string
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from ipaddress import ip_address
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import NOT_PROVIDED, AutoField, CharField, ForeignKey, Model

from chassis.postgresql import message
from service_checks import own

DIGITS = string.digits + string.ascii_lowercase
MOMENT = datetime(2000, 1, 1, tzinfo=UTC)


def base36(number: int) -> str:
    """A number in few characters, for texts that have few."""
    return (base36(number // 36) if number >= 36 else "") + DIGITS[number % 36]


# Values by a field's class, or one that it inherits from; another number is another
# value.
TYPES: dict[str, Callable[[Any, int], Any]] = {
    "ArrayField": lambda field, number: [value(field.base_field, number)],
    "BinaryField": lambda _, number: str(number).encode(),
    "BooleanField": lambda _, number: number % 2 == 1,
    "CharField": lambda _, number: f"x{base36(number)}",
    "DateField": lambda _, number: date(2000, 1, 1) + timedelta(days=number),
    "DateTimeField": lambda _, number: MOMENT + timedelta(seconds=number),
    "DecimalField": lambda field, number: Decimal(number % 10**field.max_digits).scaleb(
        -field.decimal_places
    ),
    "DurationField": lambda _, number: timedelta(seconds=number),
    "EmailField": lambda _, number: f"x{number}@example.com",
    "FileField": lambda _, number: f"x{number}",
    "FloatField": lambda _, number: float(number),
    "GenericIPAddressField": lambda _, number: str(ip_address(0x0A000000 + number)),
    "HStoreField": lambda _, number: {"x": str(number)},
    "IntegerField": lambda _, number: number,
    "JSONField": lambda _, number: {"x": number},
    "TextField": lambda _, number: f"x{number}",
    "TimeField": lambda _, number: (MOMENT + timedelta(seconds=number)).time(),
    "URLField": lambda _, number: f"https://example.com/{number}",
    "UUIDField": lambda _, number: uuid.uuid4(),  # nobody writes the same one twice
}

DRAWS = 200  # values, until a row is given up
numbers = itertools.count(1)  # each one is new; 0 is what rows have alike


class RowRefusedError(Exception):
    """PostgreSQL takes no row of a model, whatever its columns have; its reason."""


def value(field: Any, number: int) -> Any:
    """A value for a field, NOT_PROVIDED where its type is unknown."""
    if choices := [choice for choice, _ in field.flatchoices]:
        return choices[number % len(choices)]
    known = TYPES | own.TYPES
    for ancestor in type(field).__mro__:
        if ancestor.__name__ in known:
            return known[ancestor.__name__](field, number)
    return NOT_PROVIDED


def is_made(field: Any) -> bool:
    """Whether the database or Django makes its value, or that of its parent's row."""
    link = field.remote_field and field.remote_field.parent_link
    return bool(field.generated or link or isinstance(field, AutoField))


def needs_value(field: Any) -> bool:
    in_database = getattr(field, "db_default", NOT_PROVIDED) is not NOT_PROVIDED
    return not (field.null or field.has_default() or in_database)


def related(field: Any, number: int) -> Model:
    """A row that a foreign key can point at: for 0 the same each time."""
    model = field.remote_field.model
    first: Model | None = None if number else model._base_manager.order_by("pk").first()
    return first or insert(model, full=False)


def fill(field: Any, number: int, full: bool) -> Any:
    """A value for a field of a row, NOT_PROVIDED where it may be left to its default.

    Raises:
        SystemExit: it needs one, and nobody knows which.
    """
    needed, name = needs_value(field), str(field)
    if name in own.FIELDS:
        return own.FIELDS[name](number)
    may_be_empty = field.blank and field.empty_strings_allowed and number == 0
    if not full and (may_be_empty or not needed):
        return NOT_PROVIDED
    if isinstance(field, ForeignKey):
        return related(field, number)
    made = value(field, number)
    if made is NOT_PROVIDED and needed:
        sys.exit(
            f"{name} is a {type(field).__name__}: "
            f"name that type in TYPES, or the field in FIELDS, in {own.HERE}."
        )
    is_text = isinstance(field, CharField) and isinstance(made, str)
    if is_text and field.max_length and not field.choices:
        made = fitting(made, field.max_length, full)
    return made


def fitting(text: str, longest: int, full: bool) -> str:
    """A text that is short enough, with the part that differs; if full, no shorter."""
    short = text[:longest] if "@" in text else text[-longest:]
    # None of base36's letters, so that "x1" and "x1x" stay two texts.
    return short.ljust(longest if full else 0, "_")


def insert(model: type[Model], full: bool) -> Model:
    """Make a row like the others but for the columns that a constraint wants to differ.

    Raises:
        RowRefusedError: there is none that PostgreSQL takes.
    """
    # A concrete field has a column; Django 6's types do not know it.
    every = {str(field.column) for field in model._meta.concrete_fields}
    differing: set[str] = set()
    draws = itertools.count()
    while True:
        try:
            return save(model, differing, full)
        except DataError as error:
            raise RowRefusedError(message(error)) from error
        except RecursionError:
            raise RowRefusedError("rows of it need one another") from None
        except IntegrityError as error:
            # Short texts have few values, of which some are taken.
            if differing == every and next(draws) == DRAWS:
                raise RowRefusedError(message(error)) from error
            concerned = columns(model, error) & every
            differing |= every if concerned <= differing else concerned


def save(model: type[Model], differing: set[str], full: bool) -> Model:
    def filled(field: Any) -> Any:
        return fill(field, next(numbers) if field.column in differing else 0, full)

    row = build(model, filled)
    with transaction.atomic():
        row.save(force_insert=True)
    return row


def build(model: type[Model], filled: Callable[[Any], Any]) -> Model:
    """A row that is not saved, with what the function says of each column."""
    row = model()
    for field in model._meta.concrete_fields:
        if not is_made(field) and (made := filled(field)) is not NOT_PROVIDED:
            name = field.name if isinstance(made, Model) else field.attname
            setattr(row, name, made)
    return row


def columns(model: type[Model], error: IntegrityError) -> set[str]:
    """Those of the constraint that refused a row; none where it is not known."""
    name = error.__cause__.diag.constraint_name  # type: ignore[union-attr] # psycopg2's
    with connection.cursor() as cursor:
        table = model._meta.db_table
        constraints = connection.introspection.get_constraints(cursor, table)
    constraint: Any = constraints.get(name) or {}
    return set(filter(None, constraint.get("columns") or ()))

"""Unique orderings of a table's rows, and cursors: places in such an ordering."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from importlib import import_module
from itertools import groupby
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

from django.conf import settings
from django.core.exceptions import (
    FieldDoesNotExist,
    ImproperlyConfigured,
    ValidationError,
)
from django.core.validators import DecimalValidator
from django.db import connection, models
from django.utils.timezone import is_aware

type Field = models.Field[Any, Any]
type Run = tuple[bool, list[Field]]

# Comparisons of rows, which Django does not document. Types of Django 5.2 do not have
# them; those of 6.0 lack their arguments.
TUPLES: Any = import_module("django.db.models.fields.tuple_lookups")

BIGINT_MAX = 2**63 - 1

# Characters: a link with two cursors is shorter than the 8 KiB of a request line that
# nginx takes.
TOKEN_MAX = 3000
# Characters of all text in a cursor: base64 makes 16 of three with four bytes each.
TEXT_MAX = 500
TOKEN_SCHEMA = {"type": "string", "maxLength": TOKEN_MAX, "pattern": "^[A-Za-z0-9_-]+$"}

# What PostgreSQL orders as it compares, and text gives back exactly.
KINDS = (
    *(models.BooleanField, models.CharField, models.DateField, models.DecimalField),
    models.DurationField,
    *(models.FloatField, models.IntegerField, models.TimeField, models.UUIDField),
)


class Cursor(NamedTuple):
    """The place of a row that has, or had, these values in an ordering's fields."""

    values: tuple[Any, ...]
    # Whether what lies beyond the place begins with that row.
    inclusive: bool = False


class Term(NamedTuple):
    """A field of an ordering and its direction."""

    field: Field
    descending: bool

    def text(self, backwards: bool = False) -> str:
        """As `order_by` takes it."""
        return ("-" if self.descending != backwards else "") + self.field.attname


class Keyset:
    """A unique ordering; its cursors are opaque tokens that fit into URLs unquoted."""

    schema: dict[str, Any] = TOKEN_SCHEMA
    noun = "cursor, which another page's links have"

    def __init__(self, terms: Sequence[Term]) -> None:
        self.fields = [term.field for term in terms]
        self.ordering = [term.text() for term in terms]
        self.reverse_ordering = [term.text(backwards=True) for term in terms]
        self.runs: list[Run] = [
            # Each is one comparison.
            (descending, [term.field for term in run])
            for descending, run in groupby(terms, lambda term: term.descending)
        ]

    def of(self, row: models.Model) -> Cursor:
        """The place of a row."""
        return Cursor(tuple(getattr(row, field.attname) for field in self.fields))

    def beyond(self, cursor: Cursor, backwards: bool = False) -> models.Q:
        """The condition of the rows that come after a place, or before it."""
        return beyond(self.runs, cursor, backwards)

    def opposite(self, cursor: Cursor, backwards: bool = False) -> Cursor:
        """The cursor that leads the other way, to all that `beyond` leaves out."""
        return Cursor(cursor.values, not cursor.inclusive)

    def write(self, cursor: Cursor) -> str:
        """A cursor's text: base64url of its fields' texts, with NULs between them."""
        texts = map(text_of, self.fields, cursor.values)
        plain = "\0".join(["=" if cursor.inclusive else ">", *texts])
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    def read(self, text: str) -> Cursor:
        """The cursor that `write` gave this text.

        Raises:
            ValueError: it gave none; the message is for the client.
        """
        try:
            cursor = self.decode(text)
            genuine = self.write(cursor) == text
        # The fields' classes raise these three.
        except (ValueError, ArithmeticError, ValidationError):
            genuine = False
        if not genuine:
            raise ValueError(
                "Ensure this value is a cursor from the links of another page."
            )
        return cursor

    def decode(self, text: str) -> Cursor:
        """The cursor of a text, of which other spellings mean the same."""
        if len(text) > TOKEN_MAX:
            raise ValueError
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        mark, *texts = plain.split("\0")
        values = [
            value_of(field, part)
            for field, part in zip(self.fields, texts, strict=True)
        ]
        return Cursor(tuple(values), mark == "=")


class NumberKeyset(Keyset):
    """An ordering by one integer, which is the cursor."""

    def __init__(self, terms: Sequence[Term]) -> None:
        super().__init__(terms)
        ((field, self.descending),) = terms
        self.least, self.most = numbers(field)
        self.schema = {"type": "integer", "minimum": self.least, "maximum": self.most}
        self.noun = "id" if field.primary_key else field.attname

    def opposite(self, cursor: Cursor, backwards: bool = False) -> Cursor:
        """The number next to it; at the end of the range, the same."""
        (number,) = cursor.values
        step = 1 if self.descending == backwards else -1
        return Cursor((min(max(number + step, self.least), self.most),))

    def write(self, cursor: Cursor) -> str:
        return str(cursor.values[0])

    def read(self, text: str) -> Cursor:
        return Cursor((integer(text, self.least, self.most),))


def integer(text: str, least: int, most: int) -> int:
    """The number that ASCII digits say, with a sign only where `least` is below zero.

    Raises:
        ValueError: there is none from `least` to `most`; the message is for the client.
    """
    digits = text.removeprefix("-") if least < 0 else text
    if (
        digits.isascii()
        and digits.isdecimal()
        and len(digits) < 20
        and least <= int(text) <= most
    ):
        return int(text)
    raise ValueError(f"Ensure this value is an integer from {least} to {most}.")


def numbers(field: Field) -> tuple[int, int]:
    """The least and the greatest cursor by an integer field."""
    column = target(field)
    if isinstance(column, models.AutoField):
        return 0, BIGINT_MAX
    return connection.ops.integer_field_range(column.get_internal_type())


def target(field: Field) -> Field:
    """The field that has the values: for a foreign key, that of the other table."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field


def text_of(field: Field, value: Any) -> str:
    """A value as its field serializes it.

    A moment is in UTC, as PostgreSQL does not know every offset.
    """
    if isinstance(value, datetime) and is_aware(value):
        value = value.astimezone(UTC)
    row = SimpleNamespace(**{field.attname: value})
    return field.value_to_string(cast("models.Model", row))


def value_of(field: Field, text: str) -> Any:
    """The value that a field wrote so.

    Raises:
        ValueError, ArithmeticError, ValidationError: PostgreSQL cannot compare it with
            the field.
    """
    value, column = field.to_python(text), target(field)
    if isinstance(column, models.DateTimeField) and is_aware(value) != settings.USE_TZ:
        raise ValueError
    if isinstance(column, models.DecimalField):
        DecimalValidator(column.max_digits, column.decimal_places)(value)
    if isinstance(column, models.IntegerField):
        least, most = connection.ops.integer_field_range(column.get_internal_type())
        integer(text, least, most)
    return value


def beyond(runs: Sequence[Run], cursor: Cursor, backwards: bool) -> models.Q:
    """The condition by runs of fields of one direction.

    One run is one comparison of rows. Where more follow, the first bounds the range of
    the index, and the others decide between rows that tie in it.
    """
    (descending, fields), *others = runs
    here, rest = cursor.values[: len(fields)], cursor.values[len(fields) :]
    side = "lt" if descending != backwards else "gt"
    if not others:
        return compared(fields, side + "e" * cursor.inclusive, here)
    further = beyond(others, Cursor(rest, cursor.inclusive), backwards)
    tied = compared(fields, "exact", here) & further
    return compared(fields, side + "e", here) & (compared(fields, side, here) | tied)


def compared(fields: Sequence[Field], lookup: str, values: tuple[Any, ...]) -> models.Q:
    """The condition `(field, …) lookup (value, …)`."""
    if len(fields) == 1:
        return models.Q((f"{fields[0].attname}__{lookup}", values[0]))
    row = TUPLES.Tuple(*(field.attname for field in fields))
    return models.Q(TUPLES.tuple_lookups[lookup](row, values))


@lru_cache(maxsize=256)
def keyset_by(model: type[models.Model], ordering: tuple[str, ...]) -> Keyset:
    """The unique ordering that begins with these terms of `order_by`.

    Raises:
        ImproperlyConfigured: it is by what rows cannot be compared with, such as NULL.
    """
    wanted = [term for text in ordering for term in resolved(model, text)]
    terms = completed(model, wanted)
    is_number = len(terms) == 1 and isinstance(
        target(terms[0].field), models.IntegerField
    )
    return NumberKeyset(terms) if is_number else Keyset(terms)


def completed(model: type[models.Model], wanted: list[Term]) -> list[Term]:
    """The terms up to where the rows are unique, at the latest by the key."""
    terms: list[Term] = []
    for field, descending in [
        *wanted,
        *resolved(model, "-pk" if wanted[-1].descending else "pk"),
    ]:
        if is_unique(model, {term.field.name for term in terms}):
            break
        if all(term.field != field for term in terms):
            terms.append(Term(field, descending))
    check_size(model, terms)
    return terms


def is_unique(model: type[models.Model], names: set[str]) -> bool:
    """Whether no two rows have the same values in these fields.

    None of the fields may be null. Django's check of a foreign key (fields.E310) judges
    its target by the same options.
    """
    options = model._meta
    sets = [{field.name} for field in options.concrete_fields if field.unique]
    sets += map(set, options.unique_together)
    sets += (set(constraint.fields) for constraint in options.total_unique_constraints)
    sets.append({field.name for field in options.pk_fields})
    return any(fields <= names for fields in sets)


def resolved(model: type[models.Model], text: str) -> list[Term]:
    """The terms by the fields of the model itself that a term of `order_by` means.

    Raises:
        ImproperlyConfigured: it means something else, or the field cannot be compared.
    """
    name = text.removeprefix("-")
    fields = model._meta.pk_fields if name == "pk" else [field_of(model, name)]
    for field in fields:
        check(model, field)
    return [Term(field, text.startswith("-")) for field in fields]


def field_of(model: type[models.Model], name: str) -> Field:
    """The field with that name and a column of its own."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        raise refusal(model, name, "it is no field of it") from None
    # Django 5.2 calls a many-to-many field concrete, too.
    if not isinstance(field, models.Field) or field.many_to_many or not field.concrete:
        raise refusal(model, name, "it is no column of its table")
    if field.is_relation and name != field.attname:
        raise refusal(
            model, name, f"it goes by the other table, unlike {field.attname!r}"
        )
    return field


def check(model: type[models.Model], field: Field) -> None:
    """Refuse a field whose values are not all comparable, or not exactly readable."""
    if field.null:
        raise refusal(model, field.attname, "it may be null")
    column = target(field)
    if not isinstance(column, KINDS):
        raise refusal(
            model, field.attname, f"no cursor can have a {type(column).__name__}"
        )


def check_size(model: type[models.Model], terms: Sequence[Term]) -> None:
    """Refuse text that makes cursors too long for a URL."""
    texts = [
        column
        for term in terms
        if isinstance(column := target(term.field), models.CharField)
    ]
    if sum(column.max_length or TEXT_MAX + 1 for column in texts) > TEXT_MAX:
        raise refusal(
            model, texts[-1].name, f"cursors have at most {TEXT_MAX} characters of text"
        )


def refusal(model: type[models.Model], name: str, reason: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"{model.__name__} cannot be paged by {name!r}: {reason}."
    )


def ordering_of(queryset: models.QuerySet[Any, Any]) -> tuple[str, ...]:
    """The ordering of a query set, by its own terms, its model's, or the key.

    Only the attributes of its `query`, which Django does not document, have it.

    Raises:
        ImproperlyConfigured: it is not by names alone.
    """
    query = queryset.query
    terms = (
        query.order_by
        or (query.default_ordering and query.get_meta().ordering)
        or ("pk",)
    )
    return terms_of(queryset.model, terms)


def terms_of(model: type[models.Model], terms: str | Sequence[Any]) -> tuple[str, ...]:
    """One term of `order_by`, or several, as a tuple.

    Raises:
        ImproperlyConfigured: one is an expression.
    """
    terms = (terms,) if isinstance(terms, str) else tuple(terms)
    for term in terms:
        if not isinstance(term, str):
            raise refusal(model, str(term), "it is an expression")
    return terms

"""Rows of every model that refer to each other: two of each, then some, then many.

Those with even numbers are ordinary: what has a default has it, and what may be NULL
is, but for foreign keys. The others have all columns filled.

Many rows refer to as many others, so that no cache of one object hides a query, and to
every one, so that none lacks what others have. As many again refer to the first row, by
each foreign key: so it has many related rows, and the first user, who asks, has many of
all that users have.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import Error, connection, transaction
from django.db.models import BooleanField, ForeignKey, Model

from chassis.postgresql import message
from service_checks import own, rows

TWO = range(2)
SOME = range(2, 12)
MANY = range(12, 102)
FLAGS = ("is_active", "is_staff", "is_superuser")


def keys(model: type[Model]) -> list[Any]:
    """The foreign keys that this fills."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey)
        and not (rows.is_made(field) or str(field) in own.FIELDS)
    ]


def target(key: Any) -> Any:
    return key.remote_field.model._meta.concrete_model


def root(model: Any) -> Any:
    """The model whose table has the columns that a model inherits, if any."""
    return [model, *model._meta.get_parent_list()][-1]


def models() -> list[Any]:
    """The service's own, users, and what these refer to and has no rows by itself."""
    found: list[Any] = list(own.models(apps))
    if get_user_model() not in found:
        found.append(get_user_model())
    for model in found:
        for other in map(target, keys(model)):
            if other not in found and other._base_manager.count() < len(TWO):
                found.append(other)
    return found


def in_order(models: Iterable[Any]) -> list[Any]:
    """Each after those that it refers to, as far as that can be."""
    pending, ordered = list(models), []

    def waits(model: Any) -> tuple[int, int]:
        others = [key for key in keys(model) if target(key) in pending]
        others = [key for key in others if target(key) is not model]
        return sum(not key.null for key in others), len(others)

    while pending:
        ordered.append(min(pending, key=waits))
        pending.remove(ordered[-1])
    return ordered


class Crowd:
    """The rows that were made."""

    def __init__(self) -> None:
        self.models = in_order(models())
        self.keys = {model: keys(model) for model in self.models}
        # By model; a row's place is its number.
        self.rows: dict[Any, list[Any]] = {}
        self.refused: dict[Any, str] = {}
        # Of values; small, as some fields take no more.
        self.numbers: dict[Any, Iterator[int]] = defaultdict(lambda: count(1))

    def add_two(self) -> Any:
        """The first rows; the user who asks, who may do all."""
        for one in self.models:
            self.add(one, TWO)
        self.refer_late()
        model: Any = get_user_model()
        there = {field.name for field in model._meta.concrete_fields}
        flags = dict.fromkeys(there.intersection(FLAGS), True)
        for user in self.rows[model][:1]:
            vars(user).update(flags)
            model._base_manager.filter(pk=user.pk).update(**flags)
        return next(iter(self.rows[model]), None)

    def add_more(self, numbers: range) -> None:
        for model in self.models:
            found = self.keys[model]
            others = [len(self.rows.get(target(key), ())) for key in found]
            self.add(model, range(numbers.start, max(numbers.stop, *others, 0)))
            for key in found:
                if not key.unique:
                    self.add(model, numbers, key)
        self.refer_late()

    def faults(self) -> list[str]:
        """Models without rows, with PostgreSQL's reason."""
        return [
            f"  {model._meta.label}: {self.refused.get(model)}"
            for model in self.models
            if not self.rows[model]
        ]

    def add(self, model: Any, numbers: range, first: Any = None) -> None:
        there = self.rows.setdefault(model, [])
        if model._meta.label in own.SINGLE:
            there += model._base_manager.all()[: 1 - len(there)]
            numbers = range(1 - len(there))
        there += self.insert(model, [self.build(model, one, first) for one in numbers])

    def refer_late(self) -> None:
        """Fill the keys whose rows came later than those that have them."""
        for model, found in self.keys.items():
            for key in found:
                self.refer(model, key)
        connection.check_constraints()  # else each request would have to

    def refer(self, model: Any, key: Any) -> None:
        late = []
        for number, row in enumerate(self.rows[model]):
            if getattr(row, key.attname) is None:
                setattr(row, key.name, self.referred(key, number))
                late.append(row)
        model._base_manager.bulk_update(late, [key.name])

    def build(self, model: Any, number: int, first: Any = None) -> Model:
        """A row that is not saved; `first` is a key that refers to the first row."""
        keyed, unlike = self.keys[model], next(self.numbers[root(model)])

        def filled(field: Any) -> Any:
            if field is first:
                return self.rows[target(field)][0]
            if field in keyed:
                return self.referred(field, number)
            few = field.flatchoices or isinstance(field, BooleanField)
            drawn = draw(field, number) if few else unlike
            return rows.fill(field, drawn, full=number % 2 == 1)

        return rows.build(model, filled)

    def referred(self, key: Any, number: int) -> Any:
        """The row that a row with that number refers to, None where there is none.

        Of trees, rows with even numbers are the roots.
        """
        model = target(key)
        if model not in self.rows and model not in self.models:
            # Django's own; each type more of these would be a query that it then keeps.
            self.rows[model] = list(model._base_manager.order_by("pk")[: len(TWO)])
        there = self.rows.get(model, [])
        if model is key.model:
            number -= 1
            return there[number] if number % 2 == 0 and number < len(there) else None
        alike = [one for one in self.keys.get(key.model, ()) if target(one) is model]
        place = number + (alike.index(key) if key in alike else 0)
        return there[place % len(there)] if there else None

    def insert(self, model: Any, made: list[Model]) -> list[Model]:
        """Those that PostgreSQL takes."""
        is_link = bool(model._meta.auto_created)  # no two of them are alike
        try:
            with transaction.atomic():
                model._base_manager.bulk_create(made, ignore_conflicts=is_link)
                connection.check_constraints()
        except (Error, ValueError):  # some are refused; a child's row has two tables
            return [row for row in made if self.takes(model, row)]
        return made

    def takes(self, model: Any, row: Model) -> bool:
        try:
            with transaction.atomic():
                row.save(force_insert=True)
                connection.check_constraints()
        except Error as error:
            self.refused[model] = message(error)
            return False
        return True


def draw(field: Any, number: int) -> int:
    """For a field with few values: any of them, whatever the other fields have."""
    return number if number in TWO else zlib.crc32(f"{field} {number}".encode())

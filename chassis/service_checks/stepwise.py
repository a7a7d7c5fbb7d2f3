"""Migrate an empty database one migration at a time, with rows in each table.

    stepwise.py

The tables are those of the project's own applications. After each migration, each of them gets
rows in the schema as it is then, if the migration is one of theirs: two with no more than a row
needs, and two with all columns filled. They are equal but in columns where a constraint forbids it:
so a migration that older rows do not allow fails here. After one that fills columns itself there is
only the first of them, as the next one may make unique what it filled.

The models as they were before the migration must be able to read and insert rows, too: servers
with the old code answer until the release is complete. Nor may it keep them from a table for long
(locks.py). Run by migrations.sh.
"""

import importlib
import itertools
import os
import string
import sys
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import django
import locks
from django.apps import apps
from django.core.management import call_command
from django.db import DataError, Error, IntegrityError, connection, transaction
from django.db.migrations import Migration, RunPython, RunSQL
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED, AutoField, CharField, ForeignKey, Model

SOURCE = Path("src").resolve()
# What a service knows better: a module of its own, which may have some of the names below.
OWN = "config.tests.rows"
HERE = "src/config/tests/rows.py"

DIGITS = string.digits + string.ascii_lowercase


def base36(number: int) -> str:
    """A number in few characters, for texts that have few."""
    return (base36(number // 36) if number >= 36 else "") + DIGITS[number % 36]


# Values by a field's class, or one that it inherits from; another number is another value.
TYPES: dict[str, Callable[[Any, int], Any]] = {
    "ArrayField": lambda field, number: [value(field.base_field, number)],
    "BinaryField": lambda _, number: str(number).encode(),
    "BooleanField": lambda _, number: number % 2 == 1,
    "CharField": lambda _, number: f"x{base36(number)}",
    "DateField": lambda _, number: date(2000, 1, 1) + timedelta(days=number),
    "DateTimeField": lambda _, number: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=number),
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
    "TimeField": lambda _, number: (
        datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    ).time(),
    "URLField": lambda _, number: f"https://example.com/{number}",
    "UUIDField": lambda _, number: uuid.uuid4(),  # nobody writes the same one twice
}

# Values of fields whose constraints want others, such as
# "shop.Item.code": lambda number: f"#{number}".
FIELDS: dict[str, Callable[[int], Any]] = {}

# Migrations that delete rows on purpose, such as "shop.0003_one_of_each".
DELETES: set[str] = set()

# Migrations that are always applied with the next one, so that no server writes rows after them.
PASSED: set[str] = set()

# Migrations that are applied while no server answers, such as "shop.0004_no_price".
DOWNTIME: set[str] = set()

# Migrations that keep others from a table for long, with the reason why that does no harm, such as
# "shop.0005_index": "the table has 100 rows".
LOCKS: dict[str, str] = {}

# Models that have one row, such as "shop.Configuration".
SINGLE: set[str] = set()

OLD_CODE = (
    "Old code still serves while a release is made, and could not read or insert rows after these "
    "migrations. Give a new column null=True or a db_default; remove a model or a column from the "
    "models in one release and from the database in the next (the template's "
    "docs/how-to/migrate.md). If no server answers meanwhile, list them in "
    f"DOWNTIME in {HERE}:"
)
LOCKED = (
    "These migrations keep others from a table for as long as PostgreSQL looks at all of its rows, "
    "and requests fail after two seconds. Where that does no harm, name the migration with the "
    f'reason in LOCKS in {HERE}: LOCKS = {{"shop.0005_index": "the table has 100 rows"}}.'
)

DRAWS = 200  # values, until a row is given up
numbers = itertools.count(1)  # each one is new; 0 is what rows have alike


class RowRefusedError(Exception):
    """PostgreSQL takes no row of a model, whatever its columns have; the message is its reason."""


def message(error: Exception) -> str:
    return " ".join(str(error).split())


def value(field: Any, number: int) -> Any:
    """A value for a field, NOT_PROVIDED where its type is unknown."""
    if choices := [choice for choice, _ in field.flatchoices]:
        return choices[number % len(choices)]
    for ancestor in type(field).__mro__:
        if ancestor.__name__ in TYPES:
            return TYPES[ancestor.__name__](field, number)
    return NOT_PROVIDED


def is_made(field: Any) -> bool:
    """Whether the database or Django makes its value, or that of its parent's row."""
    link = field.remote_field and field.remote_field.parent_link
    return bool(field.generated or link or isinstance(field, AutoField))


def needs_value(field: Any) -> bool:
    database_default = getattr(field, "db_default", NOT_PROVIDED)
    return not (field.null or field.has_default() or database_default is not NOT_PROVIDED)


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
    if name in FIELDS:
        return FIELDS[name](number)
    may_be_empty = field.blank and field.empty_strings_allowed and number == 0
    if not full and (may_be_empty or not needed):
        return NOT_PROVIDED
    if isinstance(field, ForeignKey):
        return related(field, number)
    made = value(field, number)
    if made is NOT_PROVIDED and needed:
        sys.exit(
            f"{name} is a {type(field).__name__}: "
            f"name that type in TYPES, or the field in FIELDS, in {HERE}."
        )
    is_text = isinstance(field, CharField) and isinstance(made, str)
    if is_text and field.max_length and not field.choices:
        made = fitting(made, field.max_length, full)
    return made


def fitting(text: str, longest: int, full: bool) -> str:
    """A text that is short enough, with the part that differs; as long as it may be if full."""
    short = text[:longest] if "@" in text else text[-longest:]
    return short.ljust(longest if full else 0, "x")


def insert(model: type[Model], full: bool) -> Model:
    """Make a row like the others but for the columns that a constraint wants to differ.

    Raises:
        RowRefusedError: there is none that PostgreSQL takes.
    """
    every = {field.column for field in model._meta.concrete_fields}
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
    row = model()
    for field in model._meta.concrete_fields:
        if not is_made(field):
            made = fill(field, next(numbers) if field.column in differing else 0, full)
            if made is not NOT_PROVIDED:
                name = field.name if isinstance(made, Model) else field.attname
                setattr(row, name, made)
    with transaction.atomic():
        row.save(force_insert=True)
    return row


def columns(model: type[Model], error: IntegrityError) -> set[str]:
    """Those of the constraint that refused a row; none where it is not known."""
    name = error.__cause__.diag.constraint_name  # type: ignore[union-attr] # psycopg2's
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, model._meta.db_table)
    return set(filter(None, constraints.get(name, {}).get("columns", ())))


def own_applications() -> set[str]:
    """Labels of the project's own applications."""
    configurations = apps.get_app_configs()
    return {one.label for one in configurations if Path(one.path).is_relative_to(SOURCE)}


def own_models(state: ProjectState) -> Iterator[type[Model]]:
    """The models of the project's own applications, with tables of their many-to-many fields."""
    own = own_applications()
    for model in state.apps.get_models(include_auto_created=True):
        options = model._meta
        if options.app_label in own and options.managed and not (options.proxy or options.swapped):
            yield model


def counts(state: ProjectState) -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in own_models(state)}


def step(name: str, application: str, migration: str) -> None:
    """Apply one migration.

    Raises:
        SystemExit: the rows that there are do not allow it.
    """
    try:
        call_command("migrate", application, migration)
    except Exception as error:  # RunPython may raise any
        sys.exit(
            f"{name} does not apply to rows of the migrations before it "
            f"(where no server writes any after one of these, name it in PASSED in {HERE}): "
            f"{message(error)}"
        )


def refuse_fewer(name: str, before: dict[str, int], after: dict[str, int]) -> None:
    """Compare the rows of each model that is still there.

    Raises:
        SystemExit: a migration deleted some that nobody told of.
    """
    fewer = [label for label in before.keys() & after.keys() if after[label] < before[label]]
    if fewer and name not in DELETES:
        sys.exit(
            f"{name} deletes rows of {', '.join(sorted(fewer))}: "
            f"if it must, name it in DELETES in {HERE}."
        )


def insert_new(name: str, model: type[Model], full: bool) -> None:
    """Insert a row of a model as it is after a migration.

    Raises:
        SystemExit: it was refused.
    """
    if model._meta.label in SINGLE and model._base_manager.exists():
        return
    try:
        insert(model, full)
    except (Error, RowRefusedError) as error:
        sys.exit(
            f"{name}: no row of {model._meta.label} can be made after it: {message(error)}. Name "
            f"what its fields take in FIELDS in {HERE}, or in SINGLE a model that has one row; a "
            "column that has left the models needs null=True or a db_default."
        )


def find(row: Model) -> None:
    """Read a row by each of its values, as code that filters does."""
    for field in row._meta.concrete_fields:
        held = getattr(row, field.attname)
        if held is not None and not field.generated:
            type(row)._base_manager.filter(**{field.attname: held}).first()


def old_code_fault(model: type[Model]) -> str:
    """Why a model cannot read its rows and insert one, "" where it can; leaves the rows alone."""
    try:
        with transaction.atomic():
            find(insert(model, full=True))
            insert(model, full=False)
            connection.check_constraints()
            transaction.set_rollback(True)
    except (Error, RowRefusedError) as error:
        return f"{model._meta.label}: {message(error)}"
    return ""


def old_code_faults(name: str, old: ProjectState) -> list[str]:
    """What models of the state before a migration cannot do after it."""
    if name in DOWNTIME | PASSED:
        return []
    return [f"  {name}: {fault}" for fault in map(old_code_fault, own_models(old)) if fault]


def lock_faults(migration: Migration) -> list[str]:
    """Apply a migration of the project's own; what it does to those who use its tables meanwhile.

    Raises:
        SystemExit: the rows that there are do not allow it.
    """
    name, before, sql = str(migration), locks.files(), locks.sql_of(migration)
    step(name, migration.app_label, migration.name)
    if LOCKS.get(name) or name in DOWNTIME:
        return []
    told = locks.faults(migration, sql, before, locks.files())
    return [f"  {name} {sentence}." for sentence in told]


def refuse(sentence: str, faults: list[str]) -> None:
    """End where a migration has faults.

    Raises:
        SystemExit: there is such a migration.
    """
    if faults:
        sys.exit(f"{sentence}\n" + "\n".join(faults))


def split_initials(migrations: Iterable[Migration]) -> list[list[Migration]]:
    """The initial migrations of each application that has several.

    Django splits the initial migration of applications that refer to each other.
    """
    initial: dict[str, list[Migration]] = {}
    for migration in migrations:
        if migration.initial:
            initial.setdefault(migration.app_label, []).append(migration)
    return [several for several in initial.values() if len(several) > 1]


def in_order(executor: MigrationExecutor) -> list[Migration]:
    """Every migration, the split initial ones first, so that few others are between them."""
    graph = executor.loader.graph
    split = itertools.chain.from_iterable(split_initials(filter(None, graph.nodes.values())))
    first = sorted((migration.app_label, migration.name) for migration in split)
    return [migration for migration, _ in executor.migration_plan([*first, *graph.leaf_nodes()])]


def together(plan: list[Migration]) -> set[str]:
    """Migrations after which no server begins: those up to the last part of a split initial one."""
    between: set[Migration] = set()
    for several in split_initials(plan):
        between.update(plan[plan.index(several[0]) : plan.index(several[-1])])
    return {str(migration) for migration in between}


def rows_after(migration: Migration, is_new: bool) -> tuple[bool, ...]:
    """Whether all columns are filled, of each row that a table gets after it.

    A new table has had none.
    """
    if str(migration) in PASSED:
        return ()
    fills = not is_new and any(
        isinstance(operation, (RunPython, RunSQL)) for operation in migration.operations
    )
    return (False,) if fills else (False, False, True, True)


def read_own() -> None:
    """Add what the service's own module names, if it has one."""
    if not (SOURCE / "config/tests/rows.py").exists():
        return
    own = importlib.import_module(OWN)
    TYPES.update(getattr(own, "TYPES", {}))
    FIELDS.update(getattr(own, "FIELDS", {}))
    DELETES.update(getattr(own, "DELETES", ()))
    PASSED.update(getattr(own, "PASSED", ()))
    DOWNTIME.update(getattr(own, "DOWNTIME", ()))
    LOCKS.update(getattr(own, "LOCKS", {}))
    SINGLE.update(getattr(own, "SINGLE", ()))


def migrate(executor: MigrationExecutor) -> None:
    """Apply every migration, with rows before and after each.

    Raises:
        SystemExit: a migration does not allow the rows before it, or deletes some; or old code
            could not go on after it, or only after a while.
    """
    plan = in_order(executor)
    PASSED.update(together(plan))
    state = old = ProjectState(real_apps=executor.loader.unmigrated_apps)
    own = own_applications()
    rows: dict[str, int] = {}
    faults: list[str] = []
    locking: list[str] = []
    for migration in plan:
        if migration.app_label not in own:
            step(str(migration), migration.app_label, migration.name)
            state = migration.mutate_state(state)
            continue
        locking += lock_faults(migration)
        state = migration.mutate_state(state)
        refuse_fewer(str(migration), rows, counts(state))
        faults += old_code_faults(str(migration), old)
        for model in own_models(state):
            for full in rows_after(migration, model._meta.label not in rows):
                insert_new(str(migration), model, full)
        rows = counts(state)
        if str(migration) not in PASSED:
            old = state
    refuse(OLD_CODE, faults)
    refuse(LOCKED, locking)
    print(f"{len(plan)} migrations; rows: {rows}")


def main() -> None:
    sys.path.insert(0, str(SOURCE))
    read_own()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    migrate(MigrationExecutor(connection))


if __name__ == "__main__":
    main()

"""Migrate an empty database one migration at a time, with rows in each table.

    python -m service_checks.stepwise    # beside src/

The tables are those of the project's own applications. After each migration, each of
them gets rows in the schema as it is then, if the migration is one of theirs: two with
no more than a row needs, and two with all columns filled (rows.py). So a migration that
older rows do not allow fails here. After one that fills columns itself there is only
the first of them, as the next one may make unique what it filled.

The models as they were before the migration must be able to read and insert rows, too:
servers with the old code answer until the release is complete. Nor may it keep them
from a table for long (locks.py).
"""

import os
import sys

import django
from django.core.management import call_command
from django.db import Error, connection, transaction
from django.db.migrations import Migration, RunPython, RunSQL
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from django.db.models import Model

from chassis.postgresql import message
from service_checks import locks, own
from service_checks.order import in_order, together
from service_checks.rows import RowRefusedError, insert

OLD_CODE = (
    "Old code still serves while a release is made, and could not read or insert rows "
    "after these migrations. Give a new column null=True or a db_default; remove a "
    "model or a column from the models in one release and from the database in the "
    "next (the template's docs/how-to/migrate.md). If no server answers meanwhile, "
    f"list them in DOWNTIME in {own.HERE}:"
)
LOCKED = (
    "These migrations keep others from a table for as long as PostgreSQL looks at all "
    "of its rows, and requests fail after two seconds. Where that does no harm, name "
    f"the migration with the reason in LOCKS in {own.HERE}: "
    'LOCKS = {"shop.0005_index": "the table has 100 rows"}.'
)


def counts(state: ProjectState) -> dict[str, int]:
    models = own.models(state.apps)
    return {model._meta.label: model._base_manager.count() for model in models}


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
            "(where no server writes any after one of these, name it in PASSED in "
            f"{own.HERE}): {message(error)}"
        )


def refuse_fewer(name: str, before: dict[str, int], after: dict[str, int]) -> None:
    """Compare the rows of each model that is still there.

    Raises:
        SystemExit: a migration deleted some, and DELETES does not name it.
    """
    both = sorted(before.keys() & after.keys())
    fewer = [label for label in both if after[label] < before[label]]
    if fewer and name not in own.DELETES:
        sys.exit(
            f"{name} deletes rows of {', '.join(fewer)}: "
            f"if it must, name it in DELETES in {own.HERE}."
        )


def insert_new(name: str, model: type[Model], full: bool) -> None:
    """Insert a row of a model as it is after a migration.

    Raises:
        SystemExit: it was refused.
    """
    if model._meta.label in own.SINGLE and model._base_manager.exists():
        return
    try:
        insert(model, full)
    except (Error, RowRefusedError) as error:
        sys.exit(
            f"{name}: no row of {model._meta.label} can be made after it: "
            f"{message(error)}. Name what its fields take in FIELDS in {own.HERE}, or "
            "in SINGLE a model that has one row; a column that has left the models "
            "needs null=True or a db_default."
        )


def find(row: Model) -> None:
    """Read a row by each of its values, as code that filters does."""
    for field in row._meta.concrete_fields:
        held = getattr(row, field.attname)
        if held is not None and not field.generated:
            type(row)._base_manager.filter(**{field.attname: held}).first()


def old_code_fault(model: type[Model]) -> str:
    """Why a model cannot read rows and insert one, "" where it can; no row stays."""
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
    if name in own.DOWNTIME | own.PASSED:
        return []
    faults = map(old_code_fault, own.models(old.apps))
    return [f"  {name}: {fault}" for fault in faults if fault]


def lock_faults(migration: Migration) -> list[str]:
    """Apply an own migration; what it does to those who use its tables meanwhile.

    Raises:
        SystemExit: the rows that there are do not allow it.
    """
    name, before, sql = str(migration), locks.files(), locks.sql_of(migration)
    step(name, migration.app_label, migration.name)
    if own.LOCKS.get(name) or name in own.DOWNTIME:
        return []
    sentences = locks.faults(migration, sql, before, locks.files())
    return [f"  {name} {sentence}." for sentence in sentences]


def refuse(sentence: str, faults: list[str]) -> None:
    """End where a migration has faults.

    Raises:
        SystemExit: there is such a migration.
    """
    if faults:
        sys.exit(f"{sentence}\n" + "\n".join(faults))


def rows_after(migration: Migration, is_new: bool) -> tuple[bool, ...]:
    """Whether all columns are filled, of each row that a table gets after it.

    A new table has had none.
    """
    if str(migration) in own.PASSED:
        return ()
    fills = not is_new and any(
        isinstance(operation, (RunPython, RunSQL)) for operation in migration.operations
    )
    return (False,) if fills else (False, False, True, True)


class Walk:
    """Through every migration, with rows before and after each."""

    def __init__(self, executor: MigrationExecutor) -> None:
        self.plan = in_order(executor)
        self.labels = own.applications()
        own.PASSED.update(together(self.plan))
        # The models after the last migration, and those that servers may have then.
        self.state = self.old = ProjectState(real_apps=executor.loader.unmigrated_apps)
        self.rows: dict[str, int] = {}
        self.faults: list[str] = []
        self.locking: list[str] = []

    def finish(self) -> None:
        """Apply them all.

        Raises:
            SystemExit: a migration does not allow the rows before it, or deletes some;
                or old code could not go on after it, or only after a while.
        """
        for migration in self.plan:
            if migration.app_label in self.labels:
                self.apply_own(migration)
            else:
                step(str(migration), migration.app_label, migration.name)
                self.state = migration.mutate_state(self.state)
        refuse(OLD_CODE, self.faults)
        refuse(LOCKED, self.locking)

    def apply_own(self, migration: Migration) -> None:
        name = str(migration)
        self.locking += lock_faults(migration)
        self.state = migration.mutate_state(self.state)
        refuse_fewer(name, self.rows, counts(self.state))
        self.faults += old_code_faults(name, self.old)
        for model in own.models(self.state.apps):
            for full in rows_after(migration, model._meta.label not in self.rows):
                insert_new(name, model, full)
        self.rows = counts(self.state)
        if name not in own.PASSED:
            self.old = self.state


def main() -> None:
    sys.path.insert(0, str(own.SOURCE))
    own.read()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    walk = Walk(MigrationExecutor(connection))
    walk.finish()
    print(f"{len(walk.plan)} migrations; rows: {walk.rows}")


if __name__ == "__main__":
    main()

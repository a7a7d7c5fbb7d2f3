"""A database of a test's own, and migrations of its own that are applied to it."""

from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from service_checks import crowd, own, stepwise

REGISTRIES = (
    *("TYPES", "FIELDS", "DELETES", "PASSED", "DOWNTIME", "LOCKS", "GROWING", "SINGLE"),
)
MIGRATION = """
from django.contrib.postgres import constraints, operations as postgresql
from django.db import migrations, models

KEY = ("id", models.BigAutoField(primary_key=True))


class Migration(migrations.Migration):
    initial = {initial}
    atomic = {atomic}
    dependencies = {dependencies}
    operations = [{operations}]
"""
# What applications of Django's refer to, and a table to change.
BEGIN = """
    migrations.CreateModel("User", [KEY]),
    migrations.CreateModel("Shelf", [KEY, ("code", models.CharField(max_length=9))]),
"""


@pytest.fixture(autouse=True)
def _own(monkeypatch):
    """The application `tests` is the service's own; nothing is said of it."""
    monkeypatch.setattr(own, "SOURCE", Path(apps.get_app_config("tests").path))
    for name in REGISTRIES:
        monkeypatch.setattr(own, name, type(getattr(own, name))())


@pytest.fixture
def _ten(monkeypatch):
    """Many rows are ten, which takes less time."""
    monkeypatch.setattr(crowd, "SOME", range(2, 4))
    monkeypatch.setattr(crowd, "MANY", range(4, 12))


@pytest.fixture(scope="session")
def copied(django_db_setup, django_db_blocker):
    """The name of a copy of the tests' database."""
    creation = connection.creation
    with django_db_blocker.unblock():
        connection.close()
        creation.clone_test_db("own", verbosity=0, autoclobber=True)
        connection.close()
        yield creation.get_test_db_clone_settings("own")["NAME"]
        creation.destroy_test_db(suffix="own", verbosity=0)


@pytest.fixture
def _copy(copied, monkeypatch, django_db_blocker):
    """The copy without tables of `tests`; what a test commits there stays in it."""
    with django_db_blocker.unblock():
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "NAME", copied)
        with connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
            for table in (table for table in tables if table.startswith("tests_")):
                cursor.execute(f"DROP TABLE {table} CASCADE")
            cursor.execute("DELETE FROM django_migrations WHERE app = 'tests'")
        yield
        connection.close()


@pytest.fixture
def walk(_copy, monkeypatch, settings, tmp_path):
    """A walk through migrations of `tests`, each given by its operations.

    Those of a name with `_apart` are not atomic; those with `_initial` are initial.
    """

    def walk(*operations: str, **named: str) -> stepwise.Walk:
        package = Path(tmp_path, f"steps_{tmp_path.name}")
        package.mkdir()
        (package / "__init__.py").touch()
        texts = {f"step_{number}": text for number, text in enumerate(operations, 2)}
        last = []
        for name, text in {"step_1_initial": BEGIN, **texts, **named}.items():
            content = MIGRATION.format(
                initial="_initial" in name,
                atomic="_apart" not in name,
                dependencies=last,
                operations=text,
            )
            (package / f"{name}.py").write_text(content)
            last = [("tests", name)]
        others = {one.label: None for one in apps.get_app_configs()}
        settings.MIGRATION_MODULES = {**others, "tests": package.name}
        monkeypatch.syspath_prepend(tmp_path)
        return stepwise.Walk(MigrationExecutor(connection))

    return walk

"""That the short way says what Django's plan does, with squashed migrations, too."""

import pytest
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.exceptions import NodeNotFoundError
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from chassis.health import unapplied

APP = "squashed"


@pytest.fixture(autouse=True)
def _read_the_disk_anew():
    unapplied.migrations.cache_clear()
    yield
    unapplied.migrations.cache_clear()


@pytest.fixture
def disk(monkeypatch):
    """Make the disk hold these alone: NAME: (what it replaces, what it depends on)."""

    def put(**migrations: tuple[str, str]) -> None:
        def load_disk(loader: MigrationLoader) -> None:
            loader.disk_migrations, loader.unmigrated_apps, loader.migrated_apps = (
                {},
                set(),
                {APP},
            )
            for name, (replaces, dependencies) in migrations.items():
                loader.disk_migrations[APP, name] = migration = Migration(name, APP)
                migration.replaces = [(APP, replaced) for replaced in replaces]
                migration.dependencies = [
                    (APP, dependency) for dependency in dependencies
                ]

        monkeypatch.setattr(MigrationLoader, "load_disk", load_disk)

    return put


def planned() -> bool:
    """Whether `migrate` would apply something."""
    try:
        executor = MigrationExecutor(connection)
    except (
        NodeNotFoundError
    ):  # a squashed migration's parts are deleted, and the database has only some
        return True
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("migrations", "history"),
    [
        ({"a": ("", ""), "b": ("", "a"), "c": ("", "b")}, "abc"),
        ({"a": ("", ""), "b": ("", "a"), "s": ("ab", ""), "c": ("", "s")}, "absc"),
        ({"a": ("", ""), "b": ("", "a"), "s": ("ab", ""), "c": ("", "s")}, "abc"),
        ({"a": ("", ""), "b": ("", "a"), "s": ("ab", ""), "c": ("", "b")}, "abcs"),
        ({"s": ("ab", ""), "c": ("", "s")}, "absc"),
        ({"a": ("", ""), "b": ("", "a"), "s": ("b", "a"), "t": ("as", "")}, "abst"),
        ({"s": ("", ""), "c": ("", "s")}, "absc"),
    ],
)
def test_it_is_behind_where_migrate_would_do_something(
    disk, migrations: dict[str, tuple[str, str]], history: str
):
    disk(**migrations)
    recorder = MigrationRecorder(connection)
    for recorded in ("", *history):
        if recorded:
            recorder.record_applied(APP, recorded)
        assert bool(unapplied.missing(connection)) == planned(), recorded
    assert unapplied.missing(connection) == []


@pytest.mark.django_db
def test_squashed_migration_is_named_instead_of_its_parts(disk):
    disk(a=("", ""), b=("", "a"), s=("ab", ""), c=("", "s"))
    MigrationRecorder(connection).record_applied(APP, "a")
    assert unapplied.missing(connection) == [f"{APP}.s", f"{APP}.c"]


def test_disk_is_read_without_the_database():
    # Without the django_db mark, a query would fail the test.
    assert unapplied.migrations()


@pytest.mark.django_db
def test_it_is_one_look_at_the_database(django_assert_max_num_queries):
    unapplied.migrations()
    with django_assert_max_num_queries(2):
        assert unapplied.missing(connection) == []


@pytest.mark.django_db
def test_empty_database_lacks_them_all():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO away")
    assert unapplied.missing(connection) == [
        ".".join(key) for key in unapplied.migrations()
    ]

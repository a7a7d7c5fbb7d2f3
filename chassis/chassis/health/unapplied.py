"""Which migrations of this code the database lacks, without Django's whole plan."""

import functools
from collections.abc import Iterator, Mapping

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

type Key = tuple[str, str]  # application and name


@functools.cache
def migrations() -> dict[Key, frozenset[Key]]:
    """What the database has recorded once it has each migration, by migration.

    The WSGI application calls it before workers are forked: it imports all migrations.
    """
    # Neither Django's graph of migrations nor the database is needed.
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return needs(loader.disk_migrations)


def needs(disk: Mapping[Key, Migration]) -> dict[Key, frozenset[Key]]:
    """A squashed migration counts once all that it replaces do, and stands for them."""
    replaced = {key for migration in disk.values() for key in migration.replaces}
    return {key: frozenset(records(key, disk)) for key in disk if key not in replaced}


def records(key: Key, disk: Mapping[Key, Migration]) -> Iterator[Key]:
    if key not in disk or not disk[key].replaces:
        yield key
        return
    for part in disk[key].replaces:
        yield from records(part, disk)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the migrations that the database lacks.

    Raises:
        django.db.Error: it did not say.
    """
    recorded = applied(connection)
    return [
        ".".join(key) for key, needed in migrations().items() if not needed <= recorded
    ]


def applied(connection: BaseDatabaseWrapper) -> set[Key]:
    """What is recorded, by this very connection.

    Django's recorder reads rows by the connection's alias, so by the thread's own.
    """
    if not MigrationRecorder(connection).has_table():
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return set(cursor.fetchall())

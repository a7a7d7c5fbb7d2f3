"""The order in which every migration is applied."""

from collections.abc import Iterable
from itertools import chain

from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor


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
    """Every migration; split initial ones first, so that few others are between."""
    graph = executor.loader.graph
    split = chain.from_iterable(split_initials(filter(None, graph.nodes.values())))
    first = sorted((migration.app_label, migration.name) for migration in split)
    plan = executor.migration_plan([*first, *graph.leaf_nodes()])
    return [migration for migration, _ in plan]


def together(plan: list[Migration]) -> set[str]:
    """Migrations after which no server begins.

    Those are the ones up to the last part of a split initial migration.
    """
    between: set[Migration] = set()
    for several in split_initials(plan):
        between.update(plan[plan.index(several[0]) : plan.index(several[-1])])
    return {str(migration) for migration in between}

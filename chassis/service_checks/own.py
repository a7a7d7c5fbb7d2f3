"""What is a service's own, and what it says in the module `config.tests.rows`."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.apps.registry import Apps
from django.db.models import Model

SOURCE = Path("src").resolve()
MODULE = "config.tests.rows"
HERE = "src/config/tests/rows.py"

# Values by a field's class, or one that it inherits from; another number is another
# value.
TYPES: dict[str, Callable[[Any, int], Any]] = {}

# Values of fields whose constraints want others, such as
# "shop.Item.code": lambda number: f"#{number}".
FIELDS: dict[str, Callable[[int], Any]] = {}

# Migrations that delete rows on purpose, such as "shop.0003_one_of_each".
DELETES: set[str] = set()

# Migrations that are always applied with the next one, so that no server writes rows
# after them.
PASSED: set[str] = set()

# Migrations that are applied while no server answers, such as "shop.0004_no_price".
DOWNTIME: set[str] = set()

# Migrations that keep others from a table for long, with the reason why that does no
# harm, such as "shop.0005_index": "the table has 100 rows".
LOCKS: dict[str, str] = {}

# Views whose queries may grow with the rows, or that growth.py cannot judge, with the
# reason, such as "item-list": "a shop has ten items at most".
GROWING: dict[str, str] = {}

# Models that have one row, such as "shop.Configuration".
SINGLE: set[str] = set()


def read() -> None:
    """Add what the service's module has of these names, if there is such a module."""
    if not (SOURCE / f"{MODULE.replace('.', '/')}.py").exists():
        return
    module = import_module(MODULE)
    TYPES.update(getattr(module, "TYPES", {}))
    FIELDS.update(getattr(module, "FIELDS", {}))
    LOCKS.update(getattr(module, "LOCKS", {}))
    growing = getattr(module, "GROWING", {})
    GROWING.update(growing if isinstance(growing, dict) else dict.fromkeys(growing, ""))
    DELETES.update(getattr(module, "DELETES", ()))
    PASSED.update(getattr(module, "PASSED", ()))
    DOWNTIME.update(getattr(module, "DOWNTIME", ()))
    SINGLE.update(getattr(module, "SINGLE", ()))


def applications() -> set[str]:
    """Labels of the project's own applications."""
    found = apps.get_app_configs()
    return {one.label for one in found if Path(one.path).is_relative_to(SOURCE)}


def models(registry: Apps) -> Iterator[type[Model]]:
    """Those of the project's own applications, also of their many-to-many fields."""
    labels = applications()
    for model in registry.get_models(include_auto_created=True):
        options = model._meta
        has_table = options.managed and not (options.proxy or options.swapped)
        if has_table and options.app_label in labels:
            yield model

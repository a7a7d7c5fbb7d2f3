"""The table of the chassis's cache, side by side with Django's own.

    cache.py [ROWS…]

Fills both tables of a temporary database and prints, by number of rows, the median time
of a read, a write and a count in microseconds, and the bytes of WAL of each.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.cache import caches  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from keyset import refuse_other_databases  # noqa: E402

TIMES = 300
VALUE = "x" * 1000
DJANGO = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "bench_cache",
}
CALLS: dict[str, Callable[[Any], object]] = {
    "get": lambda cache: cache.get("read"),
    "set": lambda cache: cache.set("written", VALUE),
    "incr": lambda cache: cache.incr("counted"),
}


def ask(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def fill(table: str, rows: int) -> None:
    """Leave that many rows of 1 kB that do not end soon."""
    ask("SET statement_timeout = 0")
    ask(f"TRUNCATE {table}")
    ask(
        f"INSERT INTO {table} (cache_key, value, expires) "  # noqa: S608
        f"SELECT 'filled:' || n, repeat('x', 1000), now() + interval '1 day' "
        f"FROM generate_series(1, {rows}) AS n"
    )
    ask(f"VACUUM (ANALYZE) {table}")


def measure(call: Callable[[Any], object], cache: Any) -> str:
    """The median time of a call, and the bytes of WAL of each."""
    times, begun = [], ask("SELECT pg_current_wal_lsn()")
    for _ in range(TIMES):
        start = time.perf_counter()
        call(cache)
        times.append(1e6 * (time.perf_counter() - start))
    wal = ask(f"SELECT pg_current_wal_lsn() - '{begun}'::pg_lsn") / TIMES
    return f"{statistics.median(times):10,.0f} {wal:6.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "rows", nargs="*", type=int, default=[100, 10_000, 90_000], help="of each table"
    )
    numbers = parser.parse_args().rows
    refuse_other_databases("cache")
    options = {"OPTIONS": {"MAX_ENTRIES": 2 * max(numbers)}}
    settings.CACHES = {
        "default": settings.CACHES["default"],
        "django": DJANGO | options,
    }
    call_command("createcachetable", verbosity=0)
    print(f"{'rows':>8}      " + "".join(f"{name:>10} {'WAL':>6}" for name in CALLS))
    for rows in numbers:
        for alias, table in {
            "default": "chassis_cache",
            "django": "bench_cache",
        }.items():
            fill(table, rows)
            caches[alias].set_many({"read": VALUE, "counted": 0}, timeout=None)
            found = "".join(measure(call, caches[alias]) for call in CALLS.values())
            print(f"{rows:8,} {alias:>8}{found}", flush=True)


if __name__ == "__main__":
    main()

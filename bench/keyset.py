"""Pages of tweets by keyset, side by side with LIMIT and OFFSET.

    keyset.py [ROWS]

Fills the table of a temporary database and prints the median time of the first,
a middle and the last full page, made by the view from request to JSON, and how
PostgreSQL runs the keyset query of the middle page.
"""

import argparse
import os
import statistics
import sys
import time
from functools import cache
from importlib import import_module
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from chassis.pagination import KeysetPagination  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from rest_framework.pagination import LimitOffsetPagination  # noqa: E402
from rest_framework.test import APIRequestFactory  # noqa: E402

LIMIT = 100
TIMES = 20
REQUESTS = APIRequestFactory(SERVER_NAME="localhost")


class Offset(LimitOffsetPagination):
    """Django REST framework's, without its count of all rows."""

    def get_count(self, queryset: Any) -> int:
        return sys.maxsize


WAYS = {
    "keyset": KeysetPagination,
    "OFFSET": Offset,
    "OFFSET, COUNT": LimitOffsetPagination,
}


@cache
def view(way: str) -> Any:
    """The sample's list, in those pages."""
    sample = import_module("tweet.api.views").TweetViewSet
    return sample.as_view({"get": "list"}, pagination_class=WAYS[way])


def fill(rows: int) -> None:
    """Leave tweets with the ids 1 to `rows`, so that a position is an id."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("TRUNCATE tweet_tweet RESTART IDENTITY")
        cursor.execute(
            "INSERT INTO tweet_tweet (text, timestamp)"
            " SELECT 'tweet ' || n || repeat(' and on', 12), now()"
            " FROM generate_series(1, %s) AS n",
            [rows],
        )
        cursor.execute("VACUUM (ANALYZE) tweet_tweet")


def page(way: str, position: int) -> list[int]:
    """The ids of the page after that many rows."""
    parameters = {"limit": LIMIT, "after" if way == "keyset" else "offset": position}
    response = view(way)(REQUESTS.get("/tweet/", parameters))
    data = response.render().data
    return [tweet["id"] for tweet in (data if way == "keyset" else data["results"])]


def median(way: str, position: int) -> float:
    """The median time of a page in milliseconds."""
    times = []
    for _ in range(TIMES):
        start = time.perf_counter()
        found = page(way, position)
        times.append(1000 * (time.perf_counter() - start))
        assert found == list(  # noqa: S101
            range(position + 1, position + LIMIT + 1)
        ), (way, position)
    return statistics.median(times)


def plan(position: int) -> str:
    """How PostgreSQL runs the very query of a keyset page."""
    with CaptureQueriesContext(connection) as queries:
        page("keyset", position)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {queries[0]['sql']}")
        return "\n".join(line for (line,) in cursor.fetchall())


def refuse_other_databases(script: str) -> None:
    """Look whether the database is one of a run.

    Raises:
        SystemExit: it is another one, whose rows somebody may need.
    """
    host = os.environ.get("POSTGRES_HOST", "")
    if not host.startswith("/tmp/with-db-"):  # noqa: S108
        sys.exit(
            f"bench/{script}.py: it empties a table; run it on a temporary database: "
            f"./nixw run .#bench -- {script}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Pages of tweets by keyset, side by side with LIMIT and OFFSET."
    )
    parser.add_argument(
        "rows", nargs="?", type=int, default=1_000_000, help="default: 1000000"
    )
    rows = parser.parse_args().rows
    refuse_other_databases("keyset")
    if rows < 3 * LIMIT:
        sys.exit(f"bench/keyset.py: give at least {3 * LIMIT} rows.")
    fill(rows)
    print(f"{rows:,} rows; milliseconds for a page of {LIMIT}, median of {TIMES}\n")
    print(f"{'page':8}" + "".join(f"{way:>16}" for way in WAYS))
    for name, position in {
        "first": 0,
        "middle": rows // 2,
        "last": rows - LIMIT,
    }.items():
        print(
            f"{name:8}" + "".join(f"{median(way, position):16.2f}" for way in WAYS),
            flush=True,
        )
    print(f"\nThe keyset query of the middle page:\n\n{plan(rows // 2)}")


if __name__ == "__main__":
    main()

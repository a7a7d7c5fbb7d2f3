"""What measurements of requests begin with: rounds, and a database with rows."""

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.processes import Database

# A text and a moment each.
HUNDRED = "SELECT repeat('x', 100), now() FROM generate_series(1, 100)"


def given_rounds(description: str | None, default: int) -> int:
    """The command line's ROUNDS."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "rounds", nargs="?", type=int, default=default, help=f"default: {default}"
    )
    given: int = parser.parse_args().rounds
    return given


@contextmanager
def database_with(rows: str) -> Iterator[tuple[Path, Database]]:
    """An empty directory, and a database that runs, with the rows that SQL selects."""
    os.environ.pop("DEBUG_MODE", None)  # for servers in production settings
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as name:
        directory = Path(name)
        database = Database(directory / "db")
        database.directory.mkdir()
        try:
            database.start()
            database.run_sql(f"INSERT INTO tweet_tweet (text, timestamp) {rows}")
            yield directory, database
        finally:
            database.end()

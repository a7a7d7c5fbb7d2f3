"""Seconds until a database is of the next major: pg_upgrade, and dump and load.

    upgrade.py [GIGABYTES] [ROUNDS]

Fills a database of the version before, and then by turns, each time with a copy of it:
db-upgrade, db-upgrade --link, and `dump` and `load` as docs/backup.md has them. Nobody
can write meanwhile. Needs room for four times the database.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from support.processes import NAME, PASSWORD, Database
from support.program import running
from support.upgrade import OldDatabase, copied, make, superuser

TABLES = 8
ROWS = 120_000  # of each table, for a gigabyte with its indexes

FILL = """
SET ROLE {name};
CREATE TABLE many_{number} (id bigserial PRIMARY KEY, word text, written timestamptz);
INSERT INTO many_{number} (word, written)
SELECT repeat(md5(random()::text) || md5(random()::text), 14), clock_timestamp()
FROM generate_series(1, {rows});
CREATE INDEX ON many_{number} (written);
CREATE INDEX ON many_{number} (left(word, 16))
"""


def fill(directory: Path, gigabytes: float) -> None:
    """A database of the version before."""
    make(directory)
    quick = {"fsync": "off", "max_wal_size": "4GB"}
    with running(OldDatabase(directory, **quick)) as database:
        for number in range(TABLES):
            rows = int(ROWS * gigabytes)
            text = FILL.format(name=NAME, number=number, rows=rows)
            superuser(database, NAME, *text.strip().split(";\n"))


def timed(what: Callable[[], object]) -> float:
    begin = time.monotonic()
    what()
    return time.monotonic() - begin


def upgrade(filled: Path, directory: Path, *options: str) -> float:
    """Seconds of db-upgrade, on a copy that is on the disk."""
    data = copied(filled / "data", directory)
    os.sync()
    command = ["service-db-upgrade", *options]
    environment = {**os.environ, "PGDATA": str(data)}
    seconds = timed(
        lambda: subprocess.run(
            command, env=environment, stdout=subprocess.DEVNULL, check=True
        )
    )
    check(directory)
    return seconds


def check(directory: Path) -> None:
    with running(Database(directory)) as database:
        if not int(database.run_sql("SELECT count(*) FROM many_7")):
            raise SystemExit("the upgraded database has no rows.")


def client(database: Database, command: str, file: Path) -> None:
    """`dump` into the file, or `load` from it."""
    environment = {
        **os.environ,
        "PGDATA": "/not/used",  # by a client
        "POSTGRES_HOST": "127.0.0.1",
        "POSTGRES_PORT": str(database.port),
        "POSTGRES_PASSWORD": PASSWORD,
    }
    with file.open("wb" if command == "dump" else "rb") as opened:
        subprocess.run(
            ["service-db", command],
            env=environment,
            stdin=opened if command == "load" else subprocess.DEVNULL,
            stdout=opened if command == "dump" else subprocess.DEVNULL,
            check=True,
        )


def dump_and_load(filled: Path, directory: Path) -> float:
    """Seconds of both, without the starts of the servers."""
    file = directory / "dump"
    with running(OldDatabase(filled)) as old:
        seconds = timed(lambda: client(old, "dump", file))
    with running(Database(directory)) as new:
        seconds += timed(lambda: client(new, "load", file))
        seconds += timed(os.sync)  # as db-upgrade does
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gigabytes", nargs="?", type=float, default=1)
    parser.add_argument("rounds", nargs="?", type=int, default=3)
    arguments = parser.parse_args()
    ways: dict[str, Callable[[Path, Path], float]] = {
        "db-upgrade": upgrade,
        "--link": lambda filled, at: upgrade(filled, at, "--link", "--without-backup"),
        "dump and load": dump_and_load,
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory(prefix="upgrade-", dir="/tmp") as root:
        filled = Path(root, "filled")
        filled.mkdir()
        fill(filled, arguments.gigabytes)
        size = sum(file.stat().st_size for file in filled.rglob("base/**/*"))
        print(f"{size / 1e9:.2f} GB", flush=True)
        for _ in range(arguments.rounds):
            for name, way in ways.items():
                directory = Path(root, "round")
                directory.mkdir()
                seconds[name].append(way(filled, directory))
                shutil.rmtree(directory)
                print(f"{name}: {seconds[name][-1]:.1f} s", flush=True)
    for name, found in seconds.items():
        print(f"{name}: {statistics.median(found):.1f} s, median of {len(found)}")


main()

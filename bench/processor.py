"""Processor time of a request in one process, beside a plain service and its tokens.

    processor.py [ROUNDS]

Starts a database with 100 rows, and ROUNDS times (7) calls the service and plain.py,
one after the other, for some seconds each, for each kind of request: without a user,
with a token, and with a token of a user who has a thousand more. Prints the medians in
microseconds, and the median of the ratios within a round.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from support.processes import PASSWORD, Database, Server

BENCH = Path(__file__).parent
SECONDS = 3
ROW, ROWS, WRITE = (
    ("GET", "/tweet/1/"),
    ("GET", "/tweet/?limit=100"),
    ("POST", "/tweet/"),
)
# By kind of request: what is asked, and whose token it has.
REQUESTS = {
    "one row": (ROW, None),
    "100 rows": (ROWS, None),
    "POST": (WRITE, None),
    "one row, token": (ROW, "one"),
    "100 rows, token": (ROWS, "one"),
    "POST, token": (WRITE, "one"),
    "one row, 1,001 tokens": (ROW, "many"),
}
TOKENS = """
INSERT INTO knox_authtoken (digest, token_key, user_id, created, expiry)
SELECT n, n, owner.id, now(), now() + '1 day'
FROM generate_series(1, 1000) AS n, accounts_user AS owner WHERE username = 'many'
"""


def output(*command: str, **environment: str) -> str:
    ended = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return ended.stdout.splitlines()[-1]


class Services:
    """Both, with tokens of the same users."""

    def __init__(self, directory: Path, database: Database) -> None:
        self.environment = Server(directory, database).environment | {
            "POSTGRES_PASSWORD": PASSWORD,
            "PROMETHEUS_MULTIPROC_DIR": str(directory / "counters"),
        }
        (directory / "counters").mkdir()
        self.tokens = {
            (user, plain): self.token(user, plain)
            for user in ("one", "many")
            for plain in (True, False)  # the first one makes the user
        }
        database.run_sql(TOKENS)

    def token(self, user: str, plain: bool) -> str:
        make = ["service-server", "manage", "createtoken", user, "--days=1"]
        if plain:
            make = [sys.executable, str(BENCH / "plain.py"), user]
        return output(*make, **self.environment)

    def cpu(self, kind: str, plain: bool) -> float:
        """Microseconds of a request."""
        asked, user = REQUESTS[kind]
        options = ["--plain"] if plain else []
        if user:
            token = self.tokens[user, plain]
            options += ["--header", "authorization", f"Token {token}"]
        loop = (sys.executable, str(BENCH / "loop.py"), *options, str(SECONDS), *asked)
        return float(json.loads(output(*loop, **self.environment))["cpu"])


def compare(services: Services, rounds: int) -> None:
    print("| microseconds | the service | plain | ratio |")
    print("| --- | --- | --- | --- |")
    for kind in REQUESTS:
        pairs = []
        for number in range(rounds):
            order = (False, True) if number % 2 else (True, False)
            costs = {plain: services.cpu(kind, plain) for plain in order}
            pairs.append((costs[False], costs[True]))
        ours, plain = (statistics.median(costs) for costs in zip(*pairs, strict=True))
        ratio = statistics.median(mine / its for mine, its in pairs)
        print(f"| {kind} | {ours:.0f} | {plain:.0f} | {ratio:.2f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rounds", nargs="?", type=int, default=7, help="default: 7")
    rounds = parser.parse_args().rounds
    os.environ.pop("DEBUG_MODE", None)  # for settings of production
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as name:
        directory = Path(name)
        database = Database(directory / "db")
        database.directory.mkdir()
        try:
            database.start()
            database.run_sql(
                "INSERT INTO tweet_tweet (text, timestamp)"
                " SELECT repeat('x', 100), now() FROM generate_series(1, 100)"
            )
            compare(Services(directory, database), rounds)
        finally:
            database.end()


if __name__ == "__main__":
    main()

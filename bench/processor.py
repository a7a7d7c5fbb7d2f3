"""Processor time of a request in one process, beside a plain service and its tokens.

    processor.py [ROUNDS]

Starts a database with 100 rows, and ROUNDS times (7) calls the service and plain.py,
one after the other, for some seconds each, for each kind of request: without a user,
with a token, with a token of a user who has a thousand more, and with a session. Prints
the medians in microseconds, and the median of the ratios within a round.
"""

import json
import statistics
import subprocess
import sys
from pathlib import Path

from rows import HUNDRED, database_with, given_rounds
from support.processes import PASSWORD, Database, Server

BENCH = Path(__file__).parent
SECONDS = 3
ROW, ROWS, WRITE = (
    ("GET", "/tweet/1/"),
    ("GET", "/tweet/?limit=100"),
    ("POST", "/tweet/"),
)
# By kind of request: what is asked, and whose token or session it has.
REQUESTS = {
    "one row": (ROW, None),
    "100 rows": (ROWS, None),
    "POST": (WRITE, None),
    "one row, token": (ROW, "one"),
    "100 rows, token": (ROWS, "one"),
    "POST, token": (WRITE, "one"),
    "one row, 1,001 tokens": (ROW, "many"),
    "one row, session": (ROW, "one's session"),
    "POST, session": (WRITE, "one's session"),
}
CSRF = "c" * 32
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
        # Headers by user and service; Django's own sessions are the same in both.
        self.headers: dict[tuple[str | None, bool], dict[str, str]] = {}
        for user in ("one", "many"):
            self.add(user)
        database.run_sql(TOKENS)

    def add(self, user: str) -> None:
        """A user with a token of each service, and a session."""
        asked = (sys.executable, str(BENCH / "plain.py"), user)
        theirs, session = output(*asked, **self.environment).split()
        make = ("service-server", "manage", "createtoken", user, "--days=1")
        ours = output(*make, **self.environment)
        for plain, token in ((True, theirs), (False, ours)):
            self.headers[user, plain] = {"authorization": f"Token {token}"}
            self.headers[f"{user}'s session", plain] = {
                "cookie": f"sessionid={session}; csrftoken={CSRF}",
                "x_csrftoken": CSRF,
            }

    def cpu(self, kind: str, plain: bool) -> float:
        """Microseconds of a request."""
        asked, user = REQUESTS[kind]
        options = ["--plain"] if plain else []
        for header, value in self.headers.get((user, plain), {}).items():
            options += ["--header", header, value]
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
    rounds = given_rounds(__doc__, 7)
    with database_with(HUNDRED) as (directory, database):
        compare(Services(directory, database), rounds)


if __name__ == "__main__":
    main()

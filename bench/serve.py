"""The service beside other engines behind the same nginx, and the application alone.

    serve.py [ROUNDS]

Starts a database, and ROUNDS times (5) each engine with one worker behind nginx: uWSGI
as the service has it, gunicorn and granian; and granian with plain.py. For each kind of
request, wrk asks one engine after the other, once it is warm, from 16 connections for
some seconds, and `loop` calls the WSGI application in one process, without an engine;
each round begins with another one. Prints a table: for each kind the medians of the
rounds' requests a second and of their 99th percentiles, and the medians of the ratios
within a round, as the machine itself is faster in one minute than in another. Then it
asks the service for one row for 60 s, three times, and prints the medians of the 50th
and 99th percentile and of the longest answer; and the milliseconds of the first request
of a worker that replaces a killed one, beside a later one's. The service alone pays for
its log: nobody reads the other engines' lines.
"""

import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import requests

from rows import HUNDRED, database_with, given_rounds
from support.processes import PASSWORD, Database, Server, answers
from support.waiting import children, wait_until

BENCH = Path(__file__).parent
REQUESTS = {
    "one row": ("GET", "/tweet/1/"),
    "100 rows": ("GET", "/tweet/?limit=100"),
    "POST": ("POST", "/tweet/"),
    "health": ("GET", "/healthcheck/"),
}
CONNECTIONS = 16
SECONDS = 5
PLAIN = "plain"  # in granian


def gunicorn(application: str) -> list[str]:
    options = ("--bind", "unix:../engine.sock", "--workers", "1")
    return ["gunicorn", *options, application]


def granian(application: str) -> list[str]:
    return [
        *("granian", "--interface", "wsgi", "--uds", "../engine.sock"),
        *("--workers", "1", "--no-ws", "--log-level", "warning"),
        # Else each of many has a connection to the database.
        *("--blocking-threads", "1", application),
    ]


ENGINES = {
    "uWSGI": None,
    "gunicorn": gunicorn("config.wsgi:application"),
    "granian": granian("config.wsgi:application"),
    PLAIN: granian("plain:application"),
}
COLUMNS = ["loop", *ENGINES]


def for_http(nginx: str) -> str:
    """The service's nginx configuration, for an engine that speaks HTTP on a socket."""
    text = nginx.replace(
        "uwsgi_pass unix:uwsgi.sock;", "proxy_pass http://unix:engine.sock;"
    )
    headers = "".join(
        f"proxy_set_header {name} {value};\n"
        for name, value in {
            "Host": "$authority",
            "Connection": '""',
            "X-Request-ID": "$id",
            "X-Forwarded-Proto": "$forwarded_proto",
        }.items()
    )
    return re.sub(
        r"\buwsgi_(?=hide|buffer|read)",
        "proxy_",
        text.replace("include uwsgi_params;", headers),
    )


class Engine(Server):
    """The service, or another engine behind its nginx."""

    def __init__(
        self, name: str, directory: Path, database: Database, **variables: str
    ) -> None:
        super().__init__(directory / name, database, **variables)
        self.name, self.others = name, ENGINES[name]
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        super().start()  # which makes the run directory, too
        if not self.others:
            return
        super().stop()
        configuration = self.directory / "nginx.conf"
        text = for_http(configuration.read_text())
        configuration.unlink()
        configuration.write_text(text)
        # Not in the run directory: Python would take its uwsgi/ for uWSGI's module.
        counters = self.directory / "counters"
        counters.mkdir(exist_ok=True)
        variables = {
            "POSTGRES_PASSWORD": PASSWORD,  # for plain.py
            "PYTHONPATH": f"{BENCH}:{self.environment['PYTHONPATH']}",
            "PROMETHEUS_MULTIPROC_DIR": str(counters),
            "SYSLOG_SOCKET": str(self.directory / "log.sock"),
        }
        nginx = ["nginx", "-e", "stderr", "-p", str(self.directory), "-c", "nginx.conf"]
        environment = {**self.environment, **variables}
        for command, there in ((self.others, counters), (nginx, self.directory)):
            self.started.append(
                subprocess.Popen(
                    command, cwd=there, env=environment, stderr=subprocess.DEVNULL
                )
            )
        wait_until(lambda: answers(f"{self.url}/healthcheck/"))

    def end(self) -> None:
        for program in self.started:
            program.terminate()
            program.wait(60)
        super().end()


@contextmanager
def running(
    name: str, directory: Path, database: Database, **variables: str
) -> Iterator[Engine]:
    engine = Engine(name, directory, database, **variables)
    try:
        engine.start()
        yield engine
    finally:
        engine.end()


def wrk(url: str, method: str, seconds: int = SECONDS) -> dict[str, float]:
    """Requests a second; milliseconds of 50th and 99th percentile and the longest."""
    command = [
        "wrk",
        "--threads",
        "1",
        "--connections",
        str(CONNECTIONS),
        "--duration",
        f"{seconds}s",
    ]
    command += ["--script", str(BENCH / "wrk.lua"), url, "--", method]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
    if measured.pop("errors"):
        sys.exit(
            f"serve.py: not all requests to {url} were answered well:\n{ended.stdout}"
        )
    return measured


def processor_seconds(process: int) -> float:
    """Of a process until now, by its id."""
    stat = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


def loop(engine: Engine, method: str, path: str) -> float:
    """Requests a second, by the application alone."""
    counters = engine.directory / "loop"
    counters.mkdir(exist_ok=True)
    environment = {**engine.environment, "PROMETHEUS_MULTIPROC_DIR": str(counters)}
    command = [sys.executable, str(BENCH / "loop.py"), str(SECONDS), method, path]
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    )
    rate: float = json.loads(ended.stdout.splitlines()[-1])["rate"]
    return rate


def first_request(engine: Engine) -> tuple[float, float]:
    """Milliseconds of the first request of a new worker, and of a later one."""
    master = engine.program("uwsgi")
    old = children(master)
    os.kill(old[0], signal.SIGKILL)
    wait_until(lambda: children(master) not in ([], old))
    time.sleep(0.5)  # it waits for a request
    _, path = REQUESTS["one row"]

    def took() -> float:
        begin = time.perf_counter()
        requests.get(f"{engine.url}{path}", timeout=30).raise_for_status()
        return (time.perf_counter() - begin) * 1000

    return took(), statistics.median(took() for _ in range(20))


class Measured:
    """What the rounds measured of one kind of request, by column."""

    def __init__(self) -> None:
        self.rates: dict[str, list[float]] = {name: [] for name in COLUMNS}
        self.slowest: dict[str, list[float]] = {name: [] for name in ENGINES}

    def add(
        self, name: str, engines: dict[str, Engine], method: str, path: str
    ) -> None:
        if name == "loop":
            self.rates[name].append(loop(engines["uWSGI"], method, path))
            return
        url = f"{engines[name].url}{path}"
        wrk(url, method, seconds=1)  # the loop's first calls do not count, either
        measured = wrk(url, method)
        self.rates[name].append(measured["rate"])
        self.slowest[name].append(measured["p99"])

    def ratio(self, other: str) -> float:
        """Of the service and another column, round by round."""
        pairs = zip(self.rates["uWSGI"], self.rates[other], strict=True)
        return statistics.median(mine / its for mine, its in pairs)

    def row(self) -> str:
        medians = {name: statistics.median(self.rates[name]) for name in COLUMNS}
        cells = [f"{medians['loop']:.0f}"]
        for name in ENGINES:
            cells.append(
                f"{medians[name]:.0f} ({statistics.median(self.slowest[name]):.0f})"
            )
        best = max(set(ENGINES) - {"uWSGI", PLAIN}, key=medians.__getitem__)
        ratios = (self.ratio(other) for other in ("loop", best, PLAIN))
        return " | ".join([*cells, *(f"{ratio:.2f}" for ratio in ratios)])


def print_table(measured: dict[str, Measured]) -> None:
    print(
        "| requests/s (p99, ms) |",
        " | ".join(COLUMNS),
        "| uWSGI / loop | uWSGI / best other | uWSGI / plain |",
    )
    print("| ---" * (len(COLUMNS) + 4), "|", sep="")
    for kind, of_kind in measured.items():
        print(f"| {kind} | {of_kind.row()} |")


def compare(directory: Path, database: Database, rounds: int) -> None:
    measured = {kind: Measured() for kind in REQUESTS}
    first = []
    for number in range(rounds):
        order = COLUMNS[number % len(COLUMNS) :] + COLUMNS[: number % len(COLUMNS)]
        with ExitStack() as started:
            engines = {
                name: started.enter_context(
                    running(name, directory / str(number), database)
                )
                for name in ENGINES
            }
            first.append(first_request(engines["uWSGI"]))
            for kind, (method, path) in REQUESTS.items():
                for name in order:
                    measured[kind].add(name, engines, method, path)
    print_table(measured)
    times = [cold for cold, _ in first]
    ratio = statistics.median(cold / warm for cold, warm in first)
    print(
        f"first request of a worker: median {statistics.median(times):.0f} ms, "
        f"longest {max(times):.0f} ms, {ratio:.1f} x a later one"
    )


def stalls(directory: Path, database: Database) -> None:
    with running("uWSGI", directory, database) as engine:
        method, path = REQUESTS["one row"]
        runs = [wrk(f"{engine.url}{path}", method, seconds=60) for _ in range(3)]
    p50, p99, longest = (
        statistics.median(run[name] for run in runs)
        for name in ("p50", "p99", "longest")
    )
    print(
        "one row for 60 s, medians of three: "
        f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, longest {longest:.1f} ms"
    )
    print(f"  p99 is {p99 / p50:.1f} x p50, the longest {longest / p50:.1f} x p50")


def main() -> None:
    rounds = given_rounds(__doc__, 5)
    with database_with(HUNDRED) as (directory, database):
        for number in range(rounds):
            (directory / str(number)).mkdir()
        compare(directory, database, rounds)
        stalls(directory, database)


if __name__ == "__main__":
    main()

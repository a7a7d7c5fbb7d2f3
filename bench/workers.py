"""More workers and threads beside one worker, and memory beside a plain service.

    workers.py [ROUNDS]

Starts a database, and ROUNDS times (5) the service with each number of workers and
threads. wrk asks one after the other, once it is warm, from 16 connections for some
seconds; each round begins with another one. Prints for each kind of request the medians
of the requests a second, and the median of the ratios to one worker within a round.
wrk, nginx, PostgreSQL and the log share the machine's cores with the workers. Then it
prints the memory (PSS, of all processes) of the service with one worker, and of
plain.py in gunicorn behind the same nginx, before the first request and after the last.
"""

import statistics
from contextlib import ExitStack
from pathlib import Path

from rows import HUNDRED, database_with, given_rounds
from serve import ENGINES, REQUESTS, Engine, gunicorn, running, wrk
from support.processes import Database
from support.waiting import children

KINDS = ("one row", "100 rows", "POST")
SETTINGS: dict[str, dict[str, str]] = {
    "1 worker": {},
    "1 worker, 2 threads": {"UWSGI_THREADS": "2"},
    "2 workers": {"UWSGI_PROCESSES": "2"},
    "2 workers, 2 threads": {"UWSGI_PROCESSES": "2", "UWSGI_THREADS": "2"},
}
PLAIN = "plain-in-gunicorn"
ENGINES[PLAIN] = gunicorn("plain:application")


def tree(process: int) -> list[int]:
    return [process, *(pid for child in children(process) for pid in tree(child))]


def megabytes(engine: Engine) -> float:
    """Of the engine's processes; what several share counts once."""
    first = [program.pid for program in engine.started] or [engine.process.pid]
    total = 0
    for process in (pid for root in first for pid in tree(root)):
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        total += int(rollup.partition("\nPss:")[2].split()[0])
    return total / 1024


def rates(directory: Path, database: Database, rounds: int) -> None:
    measured: dict[tuple[str, str], list[float]] = {}
    names = list(SETTINGS)
    for number in range(rounds):
        order = names[number % len(names) :] + names[: number % len(names)]
        for name in order:
            place = directory / f"{number}-{names.index(name)}"
            place.mkdir()
            with running("uWSGI", place, database, **SETTINGS[name]) as engine:
                for kind in KINDS:
                    method, path = REQUESTS[kind]
                    wrk(engine.url + path, method, seconds=2)
                    rate = wrk(engine.url + path, method)["rate"]
                    measured.setdefault((kind, name), []).append(rate)
    print("| requests/s (ratio to 1 worker) |", " | ".join(names), "|")
    print("| ---" * (len(names) + 1), "|", sep="")
    for kind in KINDS:
        one = measured[kind, names[0]]
        cells = []
        for name in names:
            pairs = zip(measured[kind, name], one, strict=True)
            ratio = statistics.median(its / ones for its, ones in pairs)
            cells.append(f"{statistics.median(measured[kind, name]):.0f} ({ratio:.2f})")
        print("|", " | ".join([kind, *cells]), "|", flush=True)


def memory(directory: Path, database: Database) -> None:
    with ExitStack() as started:
        for name in ("uWSGI", PLAIN):
            engine = started.enter_context(running(name, directory, database))
            before = megabytes(engine)
            for kind in KINDS:
                method, path = REQUESTS[kind]
                wrk(engine.url + path, method)
            after = megabytes(engine)
            print(f"{name}: {before:.0f} MB at rest, {after:.0f} MB after load")


def main() -> None:
    rounds = given_rounds(__doc__, 5)
    with database_with(HUNDRED) as (directory, database):
        rates(directory, database, rounds)
        memory(directory, database)


if __name__ == "__main__":
    main()

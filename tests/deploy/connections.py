"""Hold the table of connections in docs/scale.md against the files that make them.

    connections.py SCALE POSTGRESQL COMPOSE STACK RENDERED

POSTGRESQL is db's configuration, RENDERED has Kubernetes's objects. Exit status 1 and a line for
each row that is not so, or that asks for more than PostgreSQL gives.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

METRICS = 5  # the role's CONNECTION LIMIT
BACKUP = 10  # the same
MIGRATE = 2  # one is for its lock
RESERVED = 3  # PostgreSQL's superuser_reserved_connections
ROW = re.compile(r"^\| (one machine|Swarm|Kubernetes) \|((?: \d+ \|){8})$", re.MULTILINE)


def default(text: object) -> int:
    """A number, or the default of a variable of .env."""
    found = re.fullmatch(r"(?:\$\{\w+:-)?(\d+)\}?", str(text))
    if not found:
        raise ValueError(f"{text} is no number.")
    return int(found[1])


def row(servers: int, environment: dict[str, Any], release: int) -> list[int]:
    """Servers, workers, threads, connections of servers in a release, of the others, and of all."""
    workers = default(environment["UWSGI_PROCESSES"])
    threads = default(environment["UWSGI_THREADS"])
    most = servers * release * workers * threads
    others = [METRICS, MIGRATE, BACKUP]
    return [servers, workers, threads, most, *others, most + sum(others)]


def rows(compose: Any, stack: Any, objects: list[Any]) -> dict[str, list[int]]:
    named = [name for name in compose["services"] if name.startswith("server-")]
    swarm = stack["services"]["server"]
    found = {(one["kind"], one["metadata"]["name"].split("-")[0]): one for one in objects}
    first = swarm["deploy"]["update_config"]["order"] == "start-first"
    return {
        # Each is stopped before its new one starts.
        "one machine": row(len(named), compose["services"][named[0]]["environment"], 1),
        "Swarm": row(default(swarm["deploy"]["replicas"]), swarm["environment"], 1 + first),
        "Kubernetes": row(
            found["Deployment", "server"]["spec"]["replicas"],
            found["ConfigMap", "server"]["data"],
            2,  # new pods start before old ones have stopped
        ),
    }


def faults(text: str, most: int, expected: dict[str, list[int]]) -> Iterator[str]:
    told = {
        name: [int(cell) for cell in cells.split("|")[:-1]] for name, cells in ROW.findall(text)
    }
    for name, numbers in expected.items():
        if told.get(name) != numbers:
            yield f"{name}: the row is {told.get(name)}, and the files make it {numbers}"
        if numbers[-1] > most - RESERVED:
            yield f"{name}: {numbers[-1]} connections, and PostgreSQL gives {most - RESERVED}"
    if f"`max_connections` is {most}" not in text:
        yield f"the text does not say that `max_connections` is {most}"


def main() -> int:
    scale, postgresql, compose, stack, rendered = (Path(name).read_text() for name in sys.argv[1:])
    most = int(re.findall(r"^max_connections = (\d+)", postgresql, re.MULTILINE)[0])
    objects = list(yaml.safe_load_all(rendered))
    expected = rows(yaml.safe_load(compose), yaml.safe_load(stack), objects)
    found = list(faults(scale, most, expected))
    print("\n".join(found) or "the table is what the files make")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""Connections to PostgreSQL: what the files make, and what docs/scale.md says."""

import re
from typing import Any

from settings import environment_of
from sources import Objects

METRICS = 5  # the role's CONNECTION LIMIT
BACKUP = 10  # the same
MIGRATE = 2  # one is for its lock
DEPLOYMENTS = ("one machine", "Swarm", "Kubernetes")
ROW = re.compile(rf"^\| ({'|'.join(DEPLOYMENTS)}) \|((?: \d+ \|){{8}})$", re.MULTILINE)


def default(text: object) -> int:
    """A number, or the default of a variable of .env.

    Raises:
        ValueError: it is neither.
    """
    found = re.fullmatch(r"(?:\$\{\w+:-)?(\d+)\}?", str(text))
    if not found:
        raise ValueError(f"{text} is no number.")
    return int(found[1])


def row(servers: int, environment: dict[str, Any], release: int) -> list[int]:
    """A row of the table.

    Servers, workers, threads, connections of servers in a release, of the others and of
    all. `release` says how many times the servers are there in a release.
    """
    workers = default(environment["UWSGI_PROCESSES"])
    threads = default(environment["UWSGI_THREADS"])
    most = servers * release * workers * threads
    others = [METRICS, MIGRATE, BACKUP]
    return [servers, workers, threads, most, *others, most + sum(others)]


def one_machine(compose: Any) -> list[int]:
    """The row of Docker Compose, where a server stops before its new one starts."""
    named = [name for name in compose["services"] if name.startswith("server-")]
    return row(len(named), compose["services"][named[0]]["environment"], 1)


def swarm(stack: Any) -> list[int]:
    """The row of Swarm."""
    server = stack["services"]["server"]
    first = server["deploy"]["update_config"]["order"] == "start-first"
    return row(default(server["deploy"]["replicas"]), server["environment"], 1 + first)


def kubernetes(objects: Objects) -> list[int]:
    """The row of Kubernetes, where new pods start before old ones have stopped."""
    server = objects["Deployment", "server"]["spec"]
    (container,) = server["template"]["spec"]["containers"]
    return row(server["replicas"], environment_of(container, objects), 2)


def read_table(text: str) -> dict[str, list[int]]:
    """The rows of the table in docs/scale.md, by deployment."""
    rows = {name: cells.split("|")[:-1] for name, cells in ROW.findall(text)}
    return {name: [int(cell) for cell in cells] for name, cells in rows.items()}

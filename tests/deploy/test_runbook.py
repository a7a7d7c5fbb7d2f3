"""docs/runbook.md: in each way to run the service, its commands name what is there."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from sources import load, replace

RUNBOOK = Path(os.environ["DEPLOY_RUNBOOK"]).read_text()
DEVELOPERS = yaml.safe_load(Path(os.environ["DEPLOY_COMPOSE"]).read_text())
# As the runbook's table of services has them.
WAYS = ("one machine", "docker-compose.yaml", "Swarm", "Kubernetes")
WORKLOADS = ("Deployment", "Job", "StatefulSet")
CODE = re.compile(r"`([^`]+)`")
CALL = re.compile(r"docker compose (\w+) ([^`|)\n]*)")

Services = dict[str, set[str]]


def rows(text: str, columns: int) -> Iterator[list[str]]:
    """Rows of tables with so many columns, where the first begins with code."""
    for line in re.findall(r"^\| (`.*) \|$", text, re.MULTILINE):
        if len(cells := line.split(" | ")) == columns:
            yield cells


def called(text: str) -> Iterator[tuple[str, str]]:
    """What `docker compose` does with which service; SERVICE stands for each."""
    for verb, rest in CALL.findall(text.replace("\\\n", " ")):
        names = [word for word in rest.split() if not re.match(r"-|\d+$|…", word)]
        for name in names[:1] if verb in ("exec", "run") else names:
            yield verb, name


def table_faults(text: str, there: Services) -> Iterator[str]:
    """What the table of services says, and is not so."""
    for first, *others in rows(text, len(WAYS)):
        for name in CODE.findall(first):
            for way, cell in zip(WAYS[1:], others, strict=True):
                named = [name] if cell.startswith("the same") else CODE.findall(cell)
                yield from (f"{way} has no {one}" for one in {*named} - there[way])
                if cell.startswith("none") and name in there[way]:
                    yield f"{way} has {name}"


def faults(text: str, there: Services) -> list[str]:
    """What commands and tables name that is not there, or lacks a place in a table."""
    forms = {verb for first, *_ in rows(text, 3) for verb, _ in called(first)}
    places = [name for first, *_ in rows(text, 4) for name in CODE.findall(first)]
    found = set(table_faults(text, there))
    for verb, name in called(text):
        if verb not in forms:
            found.add(f"no table has docker compose {verb}")
        if name not in ("SERVICE", *there[WAYS[0]]):
            found.add(f"{WAYS[0]} has no {name}")
        elif name not in ("SERVICE", *places):
            found.add(f"no table has {name}")
    return sorted(found)


@pytest.fixture(scope="module")
def there(objects):
    """The services of each way to run it."""
    files = [load("compose.production.yaml"), DEVELOPERS, load("stack.yaml")]
    services = [set(file["services"]) for file in files]
    pods = {name for kind, name in objects if kind in WORKLOADS}
    return dict(zip(WAYS, [*services, pods], strict=True))


def test_commands_name_what_is_there(there):
    """Who is on call can run each command, elsewhere in the form of the tables."""
    assert faults(RUNBOOK, there) == []


@pytest.mark.parametrize(
    ("former", "new", "fault"),
    [
        ("--wait edge", "--wait server", "one machine has no server"),
        ("--wait edge", "--wait metrics-graph", "no table has metrics-graph"),
        ("up --detach --wait edge", "start edge", "no table has docker compose start"),
        ("| `server` | `server` |", "| `server` | `api` |", "Swarm has no api"),
        ("`migrate` | the same", "`migrate` | none", "docker-compose.yaml has migrate"),
    ],
)
def test_a_fault_is_told(there, former, new, fault):
    """Who names a service that some way to run it lacks is told which."""
    assert faults(replace(RUNBOOK, former, new), there) == [fault]


def test_kubernetes_labels_pods_with_the_names_of_the_table(objects):
    """`kubectl logs --selector` finds the lines of each service."""
    for (kind, name), found in objects.items():
        if kind in WORKLOADS:
            labels = found["spec"]["template"]["metadata"]["labels"]
            assert labels["app.kubernetes.io/name"] == name

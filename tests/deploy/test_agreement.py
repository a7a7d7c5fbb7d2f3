"""A service has the same settings with Docker Compose, Swarm and Kubernetes."""

import pytest
from settings import differences, killed, of_compose, of_kubernetes, unread
from sources import by_name, load, replace

COMPOSE = load("compose.production.yaml")["services"]
STACK = load("stack.yaml")["services"]
# Compose has two servers by name, the others one that they multiply.
SERVICES = COMPOSE.keys() - {"server-1", "server-2"} | {"server"}
# What lives with a full disk tells of it; nobody else may have edge's keys; look is for
# a while.
UNWATCHED = {"backup", "edge", "log", "look"}
WORKLOADS = ("Deployment", "Job", "StatefulSet")
RUN = ["backup", "db", "migrate", "server"]  # what Kubernetes runs


def with_compose(name):
    """The settings of a service of Compose."""
    return of_compose(COMPOSE["server-1" if name == "server" else name])


def with_kubernetes(name, objects):
    """The settings of a workload of Kubernetes."""
    found = next(objects[kind, name] for kind in WORKLOADS if (kind, name) in objects)
    return of_kubernetes(found, objects)


def differing(deployment, name, other):
    """What is told of a service that has other settings there than with Compose."""
    return list(differences(deployment, name, with_compose(name), other))


def test_both_servers_of_compose_are_the_same():
    """It does not matter which of the two servers answers a request."""
    assert of_compose(COMPOSE["server-1"]) == of_compose(COMPOSE["server-2"])


def test_swarm_has_the_services_of_compose():
    """Who goes from one machine to several finds every service there."""
    # Swarm has no `run`: clients start in db's own container, stack.sh upgrades.
    missing = {"client", "db-upgrade", "look", "metrics-graph"}
    assert SERVICES - STACK.keys() == missing
    assert STACK.keys() <= SERVICES


@pytest.mark.parametrize("name", sorted(SERVICES & STACK.keys()))
def test_swarm_has_the_settings_of_compose(name):
    """A service behaves the same with Swarm, but for what MEANT names."""
    assert differing("Swarm", name, of_compose(STACK[name])) == []


@pytest.mark.parametrize("file", ["compose.production.yaml", "stack.yaml"])
def test_log_tells_of_each_disk(file):
    """A volume that is full is told of, also where its service no longer runs."""
    deployment = load(file)
    mounts = deployment["services"]["log"]["volumes"]
    found = {mount for mount in mounts if "/volumes/" in mount}
    names = deployment["volumes"].keys() - UNWATCHED
    assert found == {f"{name}:/volumes/{name}:ro,nocopy" for name in names}


def test_swarm_kills_no_job():
    """A long migration ends by itself, as Swarm asks it for no health."""
    assert list(killed(STACK)) == []


def test_a_job_with_a_health_check_is_told():
    """Who gives a job of Swarm the image's health check is told which one."""
    migrate = STACK["migrate"].copy()
    del migrate["healthcheck"]
    assert list(killed(STACK | {"migrate": migrate})) == ["migrate"]


def test_kubernetes_runs_these_services(objects):
    """The sample starts the server, its migrations, a database and backups."""
    assert sorted(name for kind, name in objects if kind in WORKLOADS) == RUN


@pytest.mark.parametrize("name", RUN)
def test_kubernetes_has_the_settings_of_compose(objects, name):
    """A service behaves the same with Kubernetes, but for what MEANT names."""
    assert differing("Kubernetes", name, with_kubernetes(name, objects)) == []


def test_a_difference_is_told(sample):
    """Who changes a setting of one deployment alone is told both values."""
    changed = by_name(replace(sample, 'DRAIN_SECONDS: "5"', 'DRAIN_SECONDS: "6"'))
    assert differing("Kubernetes", "server", with_kubernetes("server", changed)) == [
        "env DRAIN_SECONDS is 5 with Compose, and 6 with Kubernetes"
    ]


def test_a_difference_that_is_none_is_told(objects):
    """Who removes a difference must remove it from MEANT, which hides no later one."""
    same = {"env LOG_FORMAT": with_compose("server")["env LOG_FORMAT"]}
    kubernetes = with_kubernetes("server", objects) | same
    assert differing("Kubernetes", "server", kubernetes) == [
        "MEANT names env LOG_FORMAT, in which Kubernetes does not differ"
    ]


@pytest.mark.parametrize("name", RUN)
def test_a_pod_reads_each_secret_that_it_mounts(objects, name):
    """No variable names a secret that is not there, and none is there for nothing."""
    assert unread(with_kubernetes(name, objects)) == set()

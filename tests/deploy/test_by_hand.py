"""What one applies by hand: it is like the overlay's own objects, and is restricted."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from sources import DEPLOY, by_name
from validation import faults

FOLDER = DEPLOY / "kubernetes"
FILES = ["restore.yaml", "look.yaml"]
# Volumes that the level `restricted` takes, of those that exist here.
VOLUMES = {"configMap", "emptyDir", "ephemeral", "persistentVolumeClaim", "secret"}


def pod_of(found: dict[str, Any]) -> dict[str, Any]:
    """The specification of an object's pods."""
    spec = found["spec"]
    return spec["template"]["spec"] if "template" in spec else spec


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return [*pod.get("initContainers", []), *pod["containers"]]


def loose(pod: dict[str, Any]) -> Iterator[str]:
    """What the level `restricted` of the pod security standards refuses in a pod."""
    security = pod.get("securityContext", {})
    if not security.get("runAsNonRoot"):
        yield "it may run as root"
    if security.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "any system call"
    for volume in pod.get("volumes", []):
        if not volume.keys() & VOLUMES:
            yield f"volume {volume['name']}"
    for one in containers(pod):
        own = one.get("securityContext", {})
        if own.get("allowPrivilegeEscalation") is not False:
            yield f"{one['name']} may gain privileges"
        if own.get("capabilities") != {"drop": ["ALL"]}:
            yield f"{one['name']} has capabilities"


def owner() -> dict[str, Any]:
    """The pod of `kubectl run owner` with owner.json, as kubectl puts it together."""
    overrides = json.loads((FOLDER / "owner.json").read_text())
    spec = overrides["spec"]
    container = {"image": "server", "args": ["manage"], **spec["containers"][0]}
    pod = {**spec, "containers": [container], "restartPolicy": "Never"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": container["name"], **overrides["metadata"]},
        "spec": pod,
    }


@pytest.fixture(scope="module")
def by_hand() -> str:
    """All that is applied by hand."""
    texts = [(FOLDER / "sample" / name).read_text() for name in FILES]
    return "---\n".join([*texts, yaml.safe_dump(owner())])


@pytest.fixture(scope="module")
def pods(by_hand, objects) -> dict[str, dict[str, Any]]:
    """The pods of the sample and those by hand."""
    found = {**objects, **by_name(by_hand)}
    kinds = ("Deployment", "Job", "Pod", "StatefulSet")
    return {name: pod_of(one) for (kind, name), one in found.items() if kind in kinds}


def test_kubernetes_takes_what_is_applied_by_hand(by_hand):
    """`kubectl create` refuses nothing, and drops no field in silence."""
    assert list(faults(by_hand)) == []


def test_every_pod_is_restricted(pods):
    """The namespace's level lets each of them in."""
    assert {name: list(loose(pod)) for name, pod in pods.items() if [*loose(pod)]} == {}


def test_a_pod_that_is_not_restricted_is_told():
    """Whoever leaves out a line is told what would be refused."""
    pod = {
        "containers": [{"name": "a"}],
        "volumes": [{"name": "disk", "hostPath": {"path": "/"}}],
    }
    assert list(loose(pod)) == [
        "it may run as root",
        "any system call",
        "volume disk",
        "a may gain privileges",
        "a has capabilities",
    ]


def test_every_container_asks_for_its_share(pods):
    """A node has room for what its pods ask for: its disk, too, and its memory."""
    for pod in pods.values():
        for one in containers(pod):
            requests = one["resources"]["requests"]
            assert requests.keys() == {"cpu", "memory", "ephemeral-storage"}, one
            # At a limit of CPU a server would wait while its node is idle.
            assert one["resources"]["limits"].keys() == {"memory"}, one


def test_they_mount_what_the_sample_has(pods, objects):
    """A restore reads the backups' claim and writes the database's."""
    claims = {name for kind, name in objects if kind == "PersistentVolumeClaim"}
    sets = {name: one for (kind, name), one in objects.items() if kind == "StatefulSet"}
    for name, one in sets.items():
        for template in one["spec"]["volumeClaimTemplates"]:
            claims.add(f"{template['metadata']['name']}-{name}-0")
    named = {
        volume["persistentVolumeClaim"]["claimName"]
        for name in ("restore", "look")
        for volume in pods[name]["volumes"]
        if "persistentVolumeClaim" in volume
    }
    assert named == claims


def test_the_owners_pod_is_that_of_the_migrations(pods):
    """A command of manage.py has the secrets, the authority and the user of migrate."""
    migrate, owning = (pods[name] for name in ("migrate", "owner"))
    for part in ("securityContext", "volumes"):
        assert owning[part] == migrate[part]
    for part in ("resources", "securityContext", "volumeMounts"):
        assert owning["containers"][0][part] == migrate["containers"][0][part]

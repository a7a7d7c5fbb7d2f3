"""The component policies: who reaches which pod of the service."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sources import DEPLOY, KUBERNETES, Objects, by_name

NAMESPACE = "kubernetes.io/metadata.name"
OWN = "shop"  # the namespace of the service
NAME = "app.kubernetes.io/name"
# What `kubectl run owner` makes: kubectl's label and those of the file.
OWNER = json.loads((DEPLOY / "kubernetes/owner.json").read_text())
BY_HAND = OWNER["metadata"]["labels"]
# Pods by what a test calls them: their namespace and their labels.
PODS = {
    "backup": (OWN, {NAME: "backup"}),
    "db": (OWN, {NAME: "db"}),
    "look": (OWN, {NAME: "look"}),
    "migrate": (OWN, {NAME: "migrate"}),
    "owner": (OWN, {"run": "owner", **BY_HAND}),
    "postgres": (OWN, {"cnpg.io/cluster": "postgres", NAME: "postgresql"}),
    "server": (OWN, {NAME: "server"}),
    "worker": (OWN, {NAME: "worker"}),
    "operator": ("cnpg-system", {NAME: "cloudnative-pg"}),
    "dns": ("kube-system", {"k8s-app": "kube-dns"}),
    "prometheus": ("monitoring", {NAME: "prometheus"}),
    "proxy": ("traefik", {NAME: "traefik"}),
    "stranger": ("elsewhere", {NAME: "server"}),  # whatever its labels say
    "neighbour": (OWN, {NAME: "shell"}),
}
SERVICE = {"backup", "db", "migrate", "server", "worker"}
REACHED = {
    ("server", 8080): {"proxy"},
    ("server", 9180): {"prometheus"},
    ("worker", 8080): set(),
    ("worker", 9180): {"prometheus"},
    ("migrate", 8080): set(),
    ("backup", 9185): set(),
    ("db", 5432): {"backup", "migrate", "owner", "server", "worker"},
    ("look", 5432): set(),
    ("postgres", 5432): {
        "migrate",
        "operator",
        "owner",
        "postgres",
        "server",
        "worker",
    },
    ("postgres", 8000): {"operator", "postgres"},
    ("postgres", 9187): {"prometheus"},
    ("dns", 53): PODS.keys() - {"db", "look"},
    ("proxy", 443): PODS.keys() - SERVICE - {"look", "owner"},
}


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Whether a selector of labels finds these; of expressions it knows `In`."""
    wanted = selector.get("matchLabels", {})
    return wanted.items() <= labels.items() and all(
        one["operator"] == "In" and labels.get(one["key"]) in one["values"]
        for one in selector.get("matchExpressions", [])
    )


def is_peer(peer: dict[str, Any], namespace: str, labels: dict[str, str]) -> bool:
    """Whether an entry of `from` or `to` means a pod."""
    if "namespaceSelector" in peer:
        here = selects(peer["namespaceSelector"], {NAMESPACE: namespace})
    else:
        here = namespace == OWN and "podSelector" in peer
    return here and selects(peer.get("podSelector", {}), labels)


def of(policies: list[Any], way: str, pod: str) -> list[Any]:
    """The policies that hold for a pod in one way: Ingress or Egress."""
    namespace, labels = PODS[pod]
    return [
        one
        for one in policies
        if namespace == OWN
        and way in one["policyTypes"]
        and selects(one["podSelector"], labels)
    ]


def allows(policies: list[Any], way: str, pods: tuple[str, str], port: int) -> bool:
    """Whether a pod may speak with another: no policy holds for it, or one lets it."""
    own, other = pods
    holding = of(policies, way, own)
    ends = "from" if way == "Ingress" else "to"
    return not holding or any(
        any(is_peer(peer, *PODS[other]) for peer in rule[ends])
        and port in {one["port"] for one in rule["ports"]}
        for policy in holding
        for rule in policy.get(way.lower(), [])
    )


def reaching(policies: list[Any], target: str, port: int) -> Iterator[str]:
    """The pods that reach a port of another."""
    for source in PODS:
        if allows(policies, "Egress", (source, target), port) and allows(
            policies, "Ingress", (target, source), port
        ):
            yield source


@pytest.fixture
def policies(production):
    """Those of an overlay with all of deploy/kubernetes."""
    parts = {
        "resources": [f"{KUBERNETES}/{name}" for name in ("base", "worker")],
        "components": [f"{KUBERNETES}/policies"],
    }
    objects: Objects = by_name(production(parts))
    return [
        one["spec"] for (kind, _), one in objects.items() if kind == "NetworkPolicy"
    ]


@pytest.mark.parametrize(("target", "port"), REACHED)
def test_only_these_reach(policies, target, port):
    """A pod reaches what it needs, and a stranger nothing."""
    assert set(reaching(policies, target, port)) == REACHED[target, port]


def test_without_policies_everybody_reaches_the_servers():
    """What the component is for: a stranger reaches the server, and lies to it."""
    assert set(reaching([], "server", 8080)) == PODS.keys()


def test_pods_have_the_labels_of_the_policies(objects, production):
    """A policy that finds no pod would let everybody in."""
    worker = by_name(
        production({"resources": [f"{KUBERNETES}/{one}" for one in ("base", "worker")]})
    )
    found = {
        one["spec"]["template"]["metadata"]["labels"][NAME]
        for (kind, _), one in (objects | worker).items()
        if kind in ("Deployment", "Job", "StatefulSet")
    }
    assert found == SERVICE

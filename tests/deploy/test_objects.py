"""Kubernetes takes the objects of each overlay: it knows every kind and every field."""

import pytest
import yaml
from sources import replace
from validation import VERSIONS, faults

UNEXPECTED = "Additional properties are not allowed ('{}' was unexpected)"


@pytest.fixture
def refused(sample):
    """What is wrong with changed objects that is right with the sample."""
    return lambda changed: sorted(set(faults(changed)) - set(faults(sample)))


@pytest.mark.parametrize(
    "overlay",
    [
        "base",
        "cloudnativepg",
        "monitoring",
        "sample",
        "renamed",
        "renamed cloudnativepg",
    ],
)
def test_kubernetes_takes_every_object(overlays, overlay):
    """`kubectl apply` refuses nothing, and drops no field in silence."""
    assert list(faults(overlays[overlay])) == []


def test_an_unknown_kind_is_refused(sample, objects, refused):
    """Who misspells a kind is told so, for each version of Kubernetes."""
    changed = replace(sample, "\nkind: Job\n", "\nkind: Work\n")
    name = objects["Job", "migrate"]["metadata"]["name"]
    message = f"Work {name}: its kind is unknown in Kubernetes"
    assert refused(changed) == [f"{message} {version}" for version in VERSIONS]


def test_an_unknown_field_is_refused(sample, refused):
    """Who misspells a field is told its name and its object."""
    changed = replace(sample, "\n  replicas: 2\n", "\n  copies: 2\n")
    message = f"Deployment server: $.spec: {UNEXPECTED.format('copies')}"
    assert refused(changed) == [message]


def test_an_unknown_field_of_the_operator_is_refused(sample, refused):
    """Who misspells a field of the Prometheus operator's is told so, too."""
    text = "  - {}: 5s\n    path: /metrics\n    port: metrics\n  selector:\n    "
    text += "matchLabels:\n      app.kubernetes.io/name: server\n"
    changed = replace(sample, text.format("interval"), text.format("every"))
    message = (
        f"ServiceMonitor server: $.spec.endpoints[0]: {UNEXPECTED.format('every')}"
    )
    assert refused(changed) == [message]


@pytest.mark.parametrize(
    ("former", "new", "fault"),
    [
        ("  instances: 3\n", "  copies: 3\n", "'instances' is a required property"),
        ("method: any\n", "method: most\n", "'most' is not one of ['any', 'first']"),
        ("login: true\n", "logs: true\n", UNEXPECTED.format("logs")),
        ("kind: Cluster\n", "kind: Clusters\n", "its kind is unknown"),
    ],
)
def test_a_fault_in_a_cluster_is_refused(overlays, former, new, fault):
    """Who misspells a field of CloudNativePG's is told so, too."""
    changed = replace(overlays["cloudnativepg"], former, new)
    assert any(fault in sentence for sentence in faults(changed))


def test_an_object_that_is_there_twice_is_refused(sample, refused):
    """The second of two objects with one name would take the place of the first."""
    service = next(one for one in sample.split("---\n") if "\nkind: Service\n" in one)
    message = f"Service {yaml.safe_load(service)['metadata']['name']} is there twice"
    assert refused(f"{sample}---\n{service}") == [message]


def test_an_overlay_without_objects_is_refused():
    """An overlay that renders nothing installs nothing."""
    assert list(faults("")) == ["there is no object"]

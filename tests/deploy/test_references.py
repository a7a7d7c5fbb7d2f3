"""Names and ports in Kubernetes's objects lead to the server."""

import pytest
from sources import load


@pytest.fixture(scope="module")
def server(objects):
    """The pods of the server."""
    return objects["Deployment", "server"]["spec"]["template"]


@pytest.fixture(scope="module")
def ports(server):
    """The ports of the server by name."""
    listed = server["spec"]["containers"][0]["ports"]
    return {port["name"]: port["containerPort"] for port in listed}


def test_the_server_has_the_ports_of_compose(ports):
    """Requests and metrics come in by the same ports with each deployment."""
    edge = load("compose.production.yaml")["services"]["edge"]["environment"]
    metrics = load("stack.yaml")["services"]["metrics"]["environment"]
    targets = [edge["EDGE_UPSTREAMS"], metrics["SERVER_TARGETS"]]
    assert set(ports.values()) == {int(target.rsplit(":", 1)[1]) for target in targets}


def test_the_service_offers_each_port(objects, ports):
    """Others reach each port of the server by the service's name."""
    offered = objects["Service", "server"]["spec"]["ports"]
    assert {port["name"]: port["port"] for port in offered} == ports


def test_the_service_leads_to_ports_of_the_server(objects, ports):
    """A request to the service finds a server that listens."""
    offered = objects["Service", "server"]["spec"]["ports"]
    assert {port["targetPort"] for port in offered} <= ports.keys()


@pytest.mark.parametrize("probe", ["startup", "readiness", "liveness"])
def test_each_probe_asks_a_port_of_the_server(server, ports, probe):
    """The kubelet asks the server itself whether it lives and is ready."""
    container = server["spec"]["containers"][0]
    assert container[f"{probe}Probe"]["httpGet"]["port"] in ports


def test_no_probe_asks_for_the_database(server):
    """While it is away, no pod is restarted, and none of those that served leaves."""
    container = server["spec"]["containers"][0]
    asked = {
        name: one["httpGet"]["path"]
        for name, one in container.items()
        if name.endswith("Probe")
    }
    assert asked == {
        "startupProbe": "/healthcheck/live/",
        "readinessProbe": "/healthcheck/ready/",
        "livenessProbe": "/healthcheck/live/",
    }


def test_an_unready_pod_keeps_no_node_from_being_drained(objects):
    """`kubectl drain` ends although no server is ready."""
    budget = objects["PodDisruptionBudget", "server"]["spec"]
    assert budget["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_a_drain_takes_one_server_at_a_time(objects):
    """However many an autoscaler has added, as they were needed."""
    budget = objects["PodDisruptionBudget", "server"]["spec"]
    assert budget["maxUnavailable"] == 1
    assert "minAvailable" not in budget


def test_prometheus_asks_a_port_of_the_server(objects, ports):
    """The operator's Prometheus finds the server's metrics."""
    ends = objects["ServiceMonitor", "server"]["spec"]["endpoints"]
    assert {end["port"] for end in ends} <= ports.keys()


def test_the_ingress_leads_to_a_port_of_the_server(objects, ports):
    """A client from outside reaches the server."""
    rules = objects["Ingress", "server"]["spec"]["rules"]
    backends = [path["backend"] for rule in rules for path in rule["http"]["paths"]]
    assert {backend["service"]["port"]["name"] for backend in backends} <= ports.keys()


@pytest.mark.parametrize("kind", ["Deployment", "PodDisruptionBudget", "Service"])
def test_a_selector_finds_the_servers(objects, server, kind):
    """What selects pods by their labels finds those of the server."""
    selector = objects[kind, "server"]["spec"]["selector"]
    labels = selector.get("matchLabels", selector)
    assert labels.items() <= server["metadata"]["labels"].items()


def test_the_servers_are_spread(server):
    """One node that fails does not take all servers with it."""
    selector = server["spec"]["topologySpreadConstraints"][0]["labelSelector"]
    assert selector["matchLabels"].items() <= server["metadata"]["labels"].items()


def test_a_release_is_spread_by_itself(server):
    """The pods that leave do not push the new ones to one node."""
    (spread,) = server["spec"]["topologySpreadConstraints"]
    assert spread["matchLabelKeys"] == ["pod-template-hash"]


def test_prometheus_finds_the_service(objects):
    """The operator's Prometheus finds the servers by the labels of their service."""
    selector = objects["ServiceMonitor", "server"]["spec"]["selector"]["matchLabels"]
    labels = objects["Service", "server"]["metadata"]["labels"]
    assert selector.items() <= labels.items()

"""Who reaches which pod, where the overlay has the component `policies`."""

import os

import pytest
from installation import image

PYTHON = os.environ["KUBERNETES_PYTHON"]  # in the image `system-test`
# Prints the ports that it can connect to, of those that are named HOST PORT. A policy
# takes some seconds to know a pod that has just begun.
CONNECT = """
import contextlib, socket, sys, time
reached = set()
for _ in range(20):
    for host, port in zip(sys.argv[1::2], sys.argv[2::2]):
        with contextlib.suppress(OSError):
            socket.create_connection((host, port), 1).close()
            reached.add(port)
    time.sleep(1)
print(*reached)
"""
PORTS = {"8080": "server", "9180": "server", "5432": "db"}


@pytest.fixture
def policies(service):
    service.parts["components"] = ["../../deploy/kubernetes/policies"]
    service.succeed()
    yield
    service.kubectl("delete", "networkpolicies", "--all")


@pytest.fixture
def namespace(service, request):
    service.kubectl("create", "namespace", request.param)
    yield request.param
    service.kubectl("delete", "namespace", request.param)


@pytest.mark.usefixtures("policies")
@pytest.mark.parametrize(
    ("namespace", "reached"),
    [("traefik", ["8080"]), ("monitoring", ["9180"]), ("others", [])],
    indirect=["namespace"],
)
def test_each_namespace_reaches_what_it_needs(service, namespace: str, reached):
    addresses = (
        word
        for port, part in PORTS.items()
        for word in (service.pods(part)[0]["status"]["podIP"], port)
    )
    probe = ("pod/probe", "--namespace", namespace)
    service.kubectl(
        *("run", "probe", "--namespace", namespace, "--restart", "Never"),
        *("--image", "{newName}:{newTag}".format(**image("system-test"))),
        *("--command", "--", PYTHON, "-c", CONNECT, *addresses),
    )
    succeeded = "jsonpath={.status.phase}=Succeeded"
    service.kubectl("wait", *probe, "--for", succeeded, "--timeout", "5m")
    assert service.kubectl("logs", *probe).split() == reached

"""What clients see while a part of the cluster is away."""

from installation import Installation

from support.waiting import wait_until

REFUSAL = "503, again after 1"  # the server's own


def running(service: Installation) -> dict[str, int]:
    """How often each server that runs was restarted."""
    return {
        pod["metadata"]["name"]: status["restartCount"]
        for pod in service.pods("server")
        for status in pod["status"].get("containerStatuses", [])
        if "running" in status["state"]
    }


def test_servers_answer_themselves_while_the_database_is_away(service, traffic):
    """One that starts meanwhile waits, and is not restarted."""
    before = running(service)
    leaves, stays = before
    with traffic() as seen:
        service.kubectl("scale", "statefulset/db", "--replicas", "0")
        service.kubectl("wait", "--for", "delete", "pod/db-0", "--timeout", "5m")
        service.kubectl("delete", "pod", leaves)
        wait_until(lambda: set(running(service)) - {leaves, stays})
        enough = seen.answers[REFUSAL] + 200
        wait_until(lambda: seen.answers[REFUSAL] > enough)
        service.kubectl("scale", "statefulset/db", "--replicas", "1")
        service.kubectl("rollout", "status", "statefulset/db", "--timeout", "10m")
        service.kubectl("rollout", "status", "deployment/server", "--timeout", "10m")
    assert set(seen.others()) == {REFUSAL}
    after = running(service)
    assert after.pop(stays) == before[stays]
    assert list(after.values()) == [0]


def test_drained_node_fails_no_request(service, traffic):
    """Nor do servers that are not ready hold the drain up."""
    node = service.pods("server")[0]["spec"]["nodeName"]
    servers = ("--pod-selector", "app.kubernetes.io/name=server")
    with traffic() as seen:
        service.kubectl("drain", node, *servers, "--delete-emptydir-data")
        service.kubectl("rollout", "status", "deployment/server", "--timeout", "10m")
    service.kubectl("uncordon", node)
    seen.nothing_failed()

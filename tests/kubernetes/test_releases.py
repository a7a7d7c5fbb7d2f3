"""What clients and operators see of releases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from installation import NAME, run

from support.waiting import wait_until


def test_releases_fail_no_request_and_use_both_nodes(service, traffic):
    for processes in ("3", "2", "3"):
        service.set("server", UWSGI_PROCESSES=processes)
        with traffic() as seen:
            service.succeed()
        seen.nothing_failed()
        assert len({pod["spec"]["nodeName"] for pod in service.pods("server")}) == 2


def test_apply_alone_migrates_and_replaces_the_servers_as_gitops_does(service, traffic):
    (former,) = service.get("jobs")
    service.set("migrate", POSTGRES_CONNECT_TIMEOUT="4")
    service.set("server", POSTGRES_CONNECT_TIMEOUT="4")
    with traffic() as seen:
        service.apply()
        names = {job["metadata"]["name"] for job in service.get("jobs")}
        (job,) = names - {former["metadata"]["name"]}
        completed = ("--for", "condition=Complete", "--timeout", "5m")
        service.kubectl("wait", f"job/{job}", *completed)
        service.kubectl("rollout", "status", "deployment/server", "--timeout", "5m")
    seen.nothing_failed()


def test_servers_that_crash_are_undone_and_say_why(service, traffic):
    service.set("server", TRUSTED_PROXIES="nonsense")
    with traffic() as seen:
        done = service.release()
    assert done.returncode == 1
    assert "TRUSTED_PROXIES must be addresses" in done.stdout
    assert done.stdout.endswith("The former ones serve again.\n")
    seen.nothing_failed()


def test_image_that_nobody_has_ends_the_release_with_the_reason(service, traffic):
    service.parts["images"][0]["newTag"] = "never-built"
    with traffic() as seen:
        done = service.release()
    assert done.returncode == 1
    assert "never-built" in done.stdout
    assert done.stdout.endswith("the servers are as before.\n")
    seen.nothing_failed()


NONSENSE = {
    "target": {"kind": "Deployment", "name": "worker"},
    "patch": "- {op: replace, path: /spec/template/spec/containers/0/args, "
    "value: [worker, nonsense]}",
}


@pytest.fixture
def worker(service):
    """The overlay has the worker, too, which runs."""
    service.parts["resources"].append("../../deploy/kubernetes/worker")
    service.succeed()
    yield
    service.kubectl("delete", "deployment,service", "worker")


def templates(service) -> dict[str, object]:
    """What each Deployment makes its pods of."""
    return {
        one["metadata"]["name"]: one["spec"]["template"]
        for one in service.get("deployments")
    }


@pytest.mark.usefixtures("worker")
def test_worker_that_crashes_is_undone_with_the_servers_and_says_why(service, traffic):
    """It answers its probe for a moment each time; the former one stays meanwhile."""
    before = templates(service)
    (former,) = service.pods("worker")
    service.set("server", UWSGI_PROCESSES="4")
    service.parts["patches"] = [NONSENSE]
    with traffic() as seen:
        done = service.release()
    assert done.returncode == 1
    assert "Unknown command: 'nonsense'" in done.stdout
    assert done.stdout.endswith("The former ones serve again.\n")
    assert templates(service) == before
    running = {pod["metadata"]["name"] for pod in service.pods("worker")}
    assert former["metadata"]["name"] in running
    seen.nothing_failed()


@pytest.fixture
def without_password(service):
    """The Secret lacks what the Job needs."""
    file = service.tree / ".secrets/postgres-password"
    taken = file.rename(service.tree / "taken")
    service.replace_secret()
    yield
    taken.rename(file)
    service.replace_secret()


@pytest.mark.usefixtures("without_password")
def test_key_that_the_secret_lacks_ends_the_release_with_the_reason(service):
    done = service.release()
    assert done.returncode == 1
    assert "postgres-password" in done.stdout
    assert done.stdout.endswith("the servers are as before.\n")


def test_of_two_releases_at_once_one_is_refused(service):
    service.set("server", UWSGI_PROCESSES="4")
    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(lambda _: service.release(), range(2)))
    done = {one.returncode: one.stdout for one in both}
    assert set(done) == {0, 1}
    assert "releases, and nothing was changed" in done[1]


AT_LEAST_THREE = {
    "target": {"kind": "HorizontalPodAutoscaler", "name": "server"},
    "patch": "- {op: replace, path: /spec/minReplicas, value: 3}",
}


@pytest.fixture
def scaled(service):
    """An autoscaler has made a third server; the page has its first line."""
    forget = (
        f"kubectl apply view-last-applied deployment/server --namespace {NAME} | "
        f"sed '/^  replicas:/d' | "
        f"kubectl apply set-last-applied --namespace {NAME} --filename -"
    )
    assert run("sh", "-c", forget, folder=service.tree).returncode == 0
    service.parts["components"] = ["../../deploy/kubernetes/autoscale"]
    service.parts["patches"] = [AT_LEAST_THREE]
    service.succeed()
    wait_until(lambda: len(service.pods("server")) == 3)
    yield
    service.kubectl("delete", "horizontalpodautoscaler", "server")
    service.kubectl("scale", "deployment/server", "--replicas", "2")


@pytest.mark.usefixtures("scaled")
def test_release_leaves_the_number_of_servers_to_the_autoscaler(service, traffic):
    service.set("server", UWSGI_PROCESSES="3")
    deployment = ("get", "deployment/server", "--output", "jsonpath={.spec.replicas}")
    with traffic() as seen, ThreadPoolExecutor(1) as threads:
        release = threads.submit(service.succeed)
        numbers = set()
        while not release.done():
            numbers.add(service.kubectl(*deployment))
        release.result()
    assert numbers == {"3"}
    seen.nothing_failed()

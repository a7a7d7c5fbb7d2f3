"""Components for Kubernetes: each renders alone and with others, and does its work."""

import copy
import itertools
import json
import os
import re
import sys
from pathlib import Path

import pytest
import yaml
from pages import FOLDERS, OBJECTS, PAGE, PARTS
from programs import succeed
from settings import environment_of
from sources import KUBERNETES, by_name
from validation import faults

DATABASES = ([], ["cloudnativepg"], ["cloudnativepg-backup"])
OTHERS = ([], ["autoscale"], ["policies"], ["autoscale", "policies"])
COMPONENTS = [[*one, *other] for one, other in itertools.product(DATABASES, OTHERS)]
RESOURCES = (["base"], ["base", "monitoring", "worker"])
DASHBOARDS = Path(os.environ["DEPLOY_DASHBOARDS"])
ROLES = Path(os.environ["DEPLOY_ROLES"]) / "serving"


def paths(names):
    """Where an overlay of one's own finds folders of deploy/kubernetes."""
    return [f"{KUBERNETES}/{name}" for name in names]


def name_of(components):
    return "+".join(components) or "none"


def parts(components, resources=("base",)):
    return {"resources": paths(resources), "components": paths(components)}


@pytest.fixture
def postgres(production):
    """The objects of an overlay with CloudNativePG and a worker."""
    return by_name(production(parts(["cloudnativepg-backup"], ["base", "worker"])))


@pytest.mark.parametrize("resources", RESOURCES, ids=name_of)
@pytest.mark.parametrize("components", COMPONENTS, ids=name_of)
def test_components_go_together(production, components, resources):
    """Kubernetes takes every object, whichever components an overlay lists."""
    assert list(faults(production(parts(components, resources)))) == []


@pytest.mark.parametrize("shown", PARTS, ids=lambda shown: str(PARTS.index(shown)))
def test_what_the_page_shows_is_taken(production, shown):
    """Who copies a part of the page into an overlay has valid objects, and no patch
    that changes nothing in silence."""
    text = production(shown)
    assert list(faults(text)) == []
    for index in range(len(shown.get("patches", []))):
        fewer = copy.deepcopy(shown)
        del fewer["patches"][index]
        assert production(fewer) != text, shown["patches"][index]


@pytest.mark.parametrize("shown", OBJECTS)
def test_objects_that_the_page_shows_are_valid(shown):
    """Who copies an object of the page into an overlay has a valid one."""
    assert list(faults(yaml.safe_dump(shown))) == []


def test_the_page_shows_each_component():
    """Nobody has to guess how an overlay lists a component."""
    listed = {path for part in PARTS for path in part.get("components", [])}
    assert listed == set(paths(["autoscale", "cloudnativepg-backup", "policies"]))


def test_an_autoscaler_has_the_number_to_itself(production):
    """A release takes no server away that the autoscaler added."""
    objects = by_name(production(parts(["autoscale"])))
    assert "replicas" not in objects["Deployment", "server"]["spec"]
    assert objects["HorizontalPodAutoscaler", "server"]["spec"]["minReplicas"] > 1


def test_an_autoscaler_knows_what_its_share_is_of(production):
    """Without a request of CPU an autoscaler does nothing."""
    objects = by_name(production(parts(["autoscale"])))
    pod = objects["Deployment", "server"]["spec"]["template"]["spec"]
    assert pod["containers"][0]["resources"]["requests"]["cpu"] == "500m"


def test_no_alert_misses_what_an_autoscaler_took_away(production):
    """The rule that remembers how many there were leaves the autoscaler's out."""
    objects = by_name(production(parts(["autoscale"], ["base", "monitoring"])))
    (end,) = objects["ServiceMonitor", "server"]["spec"]["endpoints"]
    (label,) = end["relabelings"]
    rules = [
        rule
        for group in objects["PrometheusRule", "server-service"]["spec"]["groups"]
        for rule in group["rules"]
        if rule["record"] == "job:up:low1d"
    ]
    left_out = f'up{{{label["targetLabel"]}!="{label["replacement"]}"}}'
    assert [left_out in rule["expr"] for rule in rules] == [True]


def test_servers_reach_the_cluster_and_trust_it(postgres):
    """All that logs in has the Service and the authority that the operator makes."""
    cluster = postgres["Cluster", "postgres"]["metadata"]["name"]
    for kind, name in (
        ("Deployment", "server"),
        ("Deployment", "worker"),
        ("Job", "migrate"),
    ):
        pod = postgres[kind, name]["spec"]["template"]["spec"]
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        assert volumes["authority"]["secret"] == {
            "secretName": f"{cluster}-ca",
            "optional": False,
            "items": [{"key": "ca.crt", "path": "ca.crt"}],
        }
        source = pod["containers"][0]["envFrom"][0]["configMapRef"]["name"]
        data = postgres["ConfigMap", source]["data"]
        assert data["POSTGRES_HOST"] == f"{cluster}-rw"
        assert data["POSTGRES_SSLMODE"] == "verify-full"


def serving_sql(name):
    """What `createservingrole --print` prints for a database, but for the password."""
    files = ("role.sql", "settings.sql", "rights.sql", "later_rights.sql")
    text = "\n".join((ROLES / file).read_text() for file in files)
    names = {"owner": name, "serve": f"{name}_serve", "database": name}
    return re.sub(r':"(\w+)"', lambda found: f'"{names[found[1]]}"', text)


def without_comments(text):
    return re.sub("^--.*\n", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("service", ["templatesite", "pet_shop"])
def test_the_cluster_makes_the_role_that_serves(overlays, service):
    """The database has the owner, the role and its limits that the servers expect."""
    objects = by_name(
        overlays[
            "cloudnativepg" if service == "templatesite" else "renamed cloudnativepg"
        ]
    )
    cluster = objects["Cluster", "postgres"]["spec"]
    initdb = cluster["bootstrap"]["initdb"]
    (reference,) = initdb["postInitApplicationSQLRefs"]["configMapRefs"]
    sql = objects["ConfigMap", reference["name"]]["data"][reference["key"]]
    assert without_comments(sql) == without_comments(serving_sql(service))
    assert (initdb["database"], initdb["owner"]) == (service, service)
    (role,) = cluster["managed"]["roles"]
    assert role["name"] == f"{service}_serve"


def test_the_page_makes_the_secrets_of_the_cluster(postgres):
    """Whoever follows the page has each Secret that the operator asks for."""
    cluster = postgres["Cluster", "postgres"]["spec"]
    names = {role["passwordSecret"]["name"] for role in cluster["managed"]["roles"]}
    names.add(cluster["bootstrap"]["initdb"]["secret"]["name"])
    typed = r"secret generic (\S+) --namespace NAME --type kubernetes.io/basic-auth"
    assert set(re.findall(typed, PAGE)) == names
    store = postgres["ObjectStore", "postgres"]["spec"]["configuration"]
    for key in store["s3Credentials"].values():
        assert f"secret generic {key['name']} " in PAGE
        assert re.search(rf"--from-\w+={key['key']}=", PAGE)


def test_instances_ask_for_their_share_of_a_disk(postgres):
    """As each pod does: a node has room for what its pods ask for."""
    resources = postgres["Cluster", "postgres"]["spec"]["resources"]
    assert resources["requests"].keys() == {"cpu", "memory", "ephemeral-storage"}
    assert resources["limits"].keys() == {"memory"}


# Of chassis/settings.py.
DEFAULTS = {"POSTGRES_WAIT_SECONDS": "5", "POSTGRES_CONNECT_TIMEOUT": "3"}


@pytest.mark.parametrize("components", DATABASES, ids=name_of)
def test_a_pod_stays_in_service_while_its_requests_wait(production, components):
    """They may keep all workers until the last attempt to connect has failed, too."""
    objects = by_name(production(parts(components)))
    pod = objects["Deployment", "server"]["spec"]["template"]["spec"]
    settings = DEFAULTS | environment_of(pod["containers"][0], objects)
    probe = pod["containers"][0]["readinessProbe"]
    patience = probe["failureThreshold"] * probe["timeoutSeconds"]
    # A probe may begin together with the outage.
    assert patience > sum(int(settings[name]) for name in DEFAULTS) + 5


def test_servers_and_workers_take_no_database_that_only_reads(postgres):
    """After a switchover its name may lead to the former primary for a moment."""
    for name in ("server", "worker"):
        pod = postgres["Deployment", name]["spec"]["template"]["spec"]
        settings = environment_of(pod["containers"][0], postgres)
        assert settings["PGTARGETSESSIONATTRS"] == "read-write"


def test_backups_go_to_the_store(postgres):
    """The cluster's log and its base backups have one store, by one plugin."""
    (plugin,) = postgres["Cluster", "postgres"]["spec"]["plugins"]
    assert plugin["isWALArchiver"]
    assert ("ObjectStore", plugin["parameters"]["barmanObjectName"]) in postgres
    backup = postgres["ScheduledBackup", "postgres"]["spec"]
    assert backup["pluginConfiguration"]["name"] == plugin["name"]
    assert ("Cluster", backup["cluster"]["name"]) in postgres


# In what a worker's container differs from the server's.
OF_A_WORKER = {"name", "args", "startupProbe", "readinessProbe", "livenessProbe"}


def test_a_worker_is_a_server_with_a_command(postgres):
    """A worker has the settings, secrets and limits of the servers."""
    server, worker = (
        postgres["Deployment", name]["spec"]["template"]["spec"]
        for name in ("server", "worker")
    )
    differs = {key for key in server if server[key] != worker[key]}
    assert differs == {
        "containers",
        "terminationGracePeriodSeconds",
        "topologySpreadConstraints",
    }
    (one,), (other,) = server["containers"], worker["containers"]
    assert {
        key for key in one.keys() | other.keys() if one.get(key) != other.get(key)
    } <= OF_A_WORKER


def test_a_worker_has_a_minute_more_to_stop(postgres):
    """A task that runs when its worker stops has its minute."""
    server, worker = (
        postgres["Deployment", name]["spec"]["template"]["spec"]
        for name in ("server", "worker")
    )
    grace = "terminationGracePeriodSeconds"
    assert worker[grace] - server[grace] == 60


@pytest.fixture
def second(tree, production):
    """The objects of an overlay with the second worker that the page shows."""
    (shown,) = FOLDERS
    folder = tree / "kubernetes/slow"
    folder.mkdir(parents=True)
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(shown))
    listed = paths(["base", "monitoring", "worker"])
    components = paths(["cloudnativepg", "policies"])
    return production({"resources": [*listed, "../slow"], "components": components})


def test_a_second_worker_is_one_as_the_first(second):
    """Policies, the cluster's authority and release.sh find it, and it has a queue."""
    assert list(faults(second)) == []
    objects = by_name(second)
    first, other = (
        objects["Deployment", name]["spec"]["template"]
        for name in ("worker", "worker-slow")
    )
    (container,), (another,) = (one["spec"]["containers"] for one in (first, other))
    assert another == {**container, "args": another["args"]}
    assert another["args"] != container["args"]
    assert first["spec"]["volumes"] == other["spec"]["volumes"]
    name = "app.kubernetes.io/name"
    assert first["metadata"]["labels"][name] == other["metadata"]["labels"][name]


@pytest.mark.parametrize("kind", ["Deployment", "Service"])
def test_each_of_two_workers_has_its_own_pods(second, kind):
    """Neither Deployment takes pods of the other, and nobody is scraped twice."""
    objects = by_name(second)
    for name, other in (("worker", "worker-slow"), ("worker-slow", "worker")):
        selector = objects[kind, name]["spec"]["selector"]
        pods = objects["Deployment", other]["spec"]["template"]["metadata"]["labels"]
        assert not selector.get("matchLabels", selector).items() <= pods.items()


def test_prometheus_finds_workers(production):
    """The operator's Prometheus scrapes the port that a worker's Service offers."""
    objects = by_name(production(parts([], ["base", "monitoring", "worker"])))
    monitor = objects["ServiceMonitor", "worker"]["spec"]
    service = objects["Service", "worker"]
    assert (
        monitor["selector"]["matchLabels"].items()
        <= service["metadata"]["labels"].items()
    )
    assert [end["port"] for end in monitor["endpoints"]] == [
        port["name"] for port in service["spec"]["ports"]
    ]
    labels = objects["Deployment", "worker"]["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= labels.items()


def test_grafana_finds_the_dashboards(objects):
    """Grafana's sidecar takes each dashboard of the image, with the service's name."""
    label = {"grafana_dashboard": "1"}
    found = {
        name: json.loads(text)
        for (kind, _), one in objects.items()
        if kind == "ConfigMap"
        and label.items() <= one["metadata"].get("labels", {}).items()
        for name, text in one["data"].items()
    }
    files = sorted(DASHBOARDS.glob("*.json"))
    # The sidecar writes those of all services into one folder, by these names.
    assert sorted(found) == [f"templatesite-{file.name}" for file in files]
    for file in files:
        one = json.loads(file.read_text())
        assert found[f"templatesite-{file.name}"] == {
            **one,
            "title": f"templatesite: {one['title']}",
            "uid": f"templatesite-{one['uid']}",
        }


def test_grafana_takes_the_dashboards_of_a_service_with_a_long_name(tmp_path):
    """It refuses a uid of more than forty characters, and two that are the same."""
    succeed(
        *(sys.executable, "-P", os.environ["DEPLOY_DASHBOARDS_WRITER"], "."),
        *map(str, DASHBOARDS.glob("*.json")),
        folder=tmp_path,
        SERVICE_NAME="a" * 40,
    )
    found = [json.loads(file.read_text())["uid"] for file in tmp_path.glob("*.json")]
    assert len(set(found)) == len(found) > 0
    assert [uid for uid in found if not re.fullmatch("[a-zA-Z0-9_-]{1,40}", uid)] == []

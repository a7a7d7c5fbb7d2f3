"""What a person hears of when services change or stop. Last, as it stops them."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from conftest import console
from support.cluster import Cluster
from support.waiting import wait_until

# Each dashboard's mark of a new release, as Grafana asks for it with steps of 15 s.
MARKS = {
    annotation["target"]["expr"].replace("$__interval", "15s")
    for file in Path(os.environ["dashboards"]).iterdir()
    for annotation in json.loads(file.read_text())["annotations"]["list"]
}


def marked(cluster: Cluster) -> dict[str, float]:
    """How often each version was marked in all the time that the cluster runs."""
    (expression,) = MARKS
    result = cluster.metrics.query(f"count_over_time(({expression})[1h:15s])")
    return {sample["metric"]["version"]: float(sample["value"][1]) for sample in result}


def shown(cluster: Cluster) -> list[str]:
    """The versions that the console says serve now."""
    (versions,) = re.findall(r'id="versions">version<b>(.*?)</b>', console(cluster))
    return versions.split()


def test_new_release_is_shown_and_marked_once(cluster):
    wait_until(lambda: shown(cluster) == [cluster.version])
    wait_until(lambda: marked(cluster) == {cluster.version: 1})
    cluster.server.stop()
    cluster.server.environment["SERVICE_VERSION"] = "7.9.0"
    cluster.server.start()
    wait_until(lambda: shown(cluster) == ["7.9.0"])
    wait_until(lambda: marked(cluster) == {cluster.version: 1, "7.9.0": 1})


def firing(cluster: Cluster) -> dict[str, datetime]:
    """The alerts that Prometheus fires, and since when their conditions hold."""
    answer = requests.get(f"{cluster.metrics.url}/api/v1/alerts", timeout=10).json()
    return {
        alert["labels"]["alertname"]: datetime.fromisoformat(alert["activeAt"])
        for alert in answer["data"]["alerts"]
        if alert["state"] == "firing"
    }


def fired(cluster: Cluster, before: str) -> set[str]:
    """The alerts that it fired so long before now."""
    found = cluster.metrics.query(f'ALERTS{{alertstate="firing"}} offset {before}')
    return {sample["metric"]["alertname"] for sample in found}


@pytest.mark.usefixtures("traffic")
def test_database_and_server_that_stop_fire_alerts_that_resolve(cluster):
    """Also where all that tells of them restarts meanwhile, as with their machine."""
    expected = {"DatabaseUnreachable", "ServerDown", "NoServer"}
    cluster.server.stop()
    cluster.database.stop()
    wait_until(lambda: expected <= cluster.receiver.names("firing"), seconds=90)
    wait_until(lambda: expected <= fired(cluster, "40s"), seconds=90)
    cluster.metrics.kill()  # a stop could cut a scrape short, which then tells nothing
    stopped = datetime.now(UTC)
    cluster.metrics.start()
    wait_until(lambda: expected <= firing(cluster).keys(), seconds=90)
    anew = {name for name, since in firing(cluster).items() if since > stopped}
    assert not anew & expected, firing(cluster)
    cluster.metrics.kill()
    cluster.alertmanager.kill()
    cluster.database.start()
    cluster.server.start()
    cluster.alertmanager.start()
    cluster.metrics.start()
    wait_until(lambda: expected <= cluster.receiver.names("resolved"), seconds=90)
    alert = next(
        alert
        for alert in cluster.receiver.received["firing"]
        if alert["labels"]["alertname"] == "ServerDown"
    )
    assert alert["annotations"]["runbook_url"].endswith("docs/runbook.md#serverdown")


def test_log_service_that_is_away_is_told_and_so_is_its_return(cluster):
    expected = {"LogDown", "LogUndelivered"}
    cluster.log.stop()
    # The log gets a line for it.
    answer = requests.get(f"{cluster.server.url}/nothing/", timeout=10)
    assert answer.status_code == 404
    wait_until(lambda: cluster.receiver.names("firing") >= expected, seconds=240)
    cluster.log.start()
    wait_until(lambda: cluster.receiver.names("resolved") >= expected, seconds=120)
    wait_until(lambda: '"GET /nothing/" 404' in cluster.log.text())


def test_log_tells_what_it_took_and_whether_it_can_write(cluster):
    wait_until(lambda: cluster.metrics.value("service_log_lines_received_total"))
    assert cluster.metrics.value("service_log_writable") == 1
    assert cluster.metrics.value("service_log_lines_unwritten_total") == 0

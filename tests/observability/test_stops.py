"""What a person hears of when services change or stop. Last, as it stops them."""

import json
import os
import re
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


@pytest.mark.usefixtures("traffic")
def test_database_and_server_that_stop_fire_alerts_that_resolve(cluster):
    expected = {"DatabaseUnreachable", "ServerDown", "NoServer"}
    cluster.server.stop()
    cluster.database.stop()
    wait_until(lambda: expected <= cluster.receiver.names("firing"), seconds=90)
    cluster.database.start()
    cluster.server.start()
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

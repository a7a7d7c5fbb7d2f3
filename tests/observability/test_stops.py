"""What a person is told of when services stop. Last, because it stops them."""

import pytest
import requests

from support.waiting import wait_until


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
    assert (
        requests.get(f"{cluster.server.url}/nothing/", timeout=10).status_code == 404
    )  # a line for it
    wait_until(lambda: cluster.receiver.names("firing") >= expected, seconds=240)
    cluster.log.start()
    wait_until(lambda: cluster.receiver.names("resolved") >= expected, seconds=120)
    wait_until(lambda: '"GET /nothing/" 404' in cluster.log.text())


def test_log_tells_what_it_took_and_whether_it_can_write(cluster):
    wait_until(lambda: cluster.metrics.value("service_log_lines_received_total"))
    assert cluster.metrics.value("service_log_writable") == 1
    assert cluster.metrics.value("service_log_lines_unwritten_total") == 0

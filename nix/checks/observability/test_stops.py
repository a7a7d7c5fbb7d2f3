"""What a person is told of when services stop. Last, because it stops them."""

import pytest
from waiting import wait_until


@pytest.mark.usefixtures("traffic")
def test_database_and_server_that_stop_fire_alerts_that_resolve(cluster):
    expected = {"DatabaseUnreachable", "ServerDown", "NoServer"}
    cluster.server.stop()
    cluster.database.stop()
    wait_until(lambda: expected <= cluster.receiver.names("firing"), seconds=90)
    cluster.database.start()
    cluster.server.start()
    wait_until(lambda: expected <= cluster.receiver.names("resolved"), seconds=90)
    alert = next(alert for alert in cluster.receiver.received["firing"] if alert["labels"]["alertname"] == "ServerDown")
    assert alert["annotations"]["runbook_url"].endswith("docs/runbook.md#serverdown")

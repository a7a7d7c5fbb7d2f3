"""What the Alertmanager's container says of its receivers at its start."""

import subprocess
from pathlib import Path

import pytest
import requests

from support.cluster import Receiver
from support.processes import Service, free_port
from support.waiting import wait_until

# Ways to write the same: all that a person is told of goes to a webhook.
WRITTEN = {
    "flow": """
route: {receiver: team, group_wait: 1s}
receivers: [{name: team, webhook_configs: [{url: 'URL'}]}]
""",
    "indented": """---
receivers: # of people

  - name: team
    webhook_configs:
      - url: 'URL'
route:
  receiver: team
# A remark.

  group_wait: 1s
  routes:
    - {receiver: team, matchers: [severity = none]}
inhibit_rules: []
""",
    "lists at the margin": """
route:
  group_wait: 1s
  receiver: team
  routes:
  - receiver: team
    matchers:
    - severity = none
receivers:
- name: nobody
- name: team
  webhook_configs:
  - url: 'URL'
""",
}


def alerts(directory: Path, **variables: str) -> Service:
    port = free_port()
    return Service(
        "/-/ready",
        "service-alerts",
        port=port,
        **{
            "ALERTS_DIR": str(directory),
            "ALERTS_LISTEN": f"127.0.0.1:{port}",
            **variables,
        },
    )


def test_without_receivers_it_serves_and_says_that_alerts_reach_nobody(tmp_path, capfd):
    service = alerts(tmp_path)
    service.start()
    service.stop()  # Alertmanager answers a moment before it takes a SIGTERM
    assert "alerts: alerts reach nobody: name receivers" in capfd.readouterr().err


def test_with_a_receiver_it_does_not_say_so(tmp_path, capfd):
    receivers = tmp_path / "alertmanager.yml"
    receivers.write_text(
        "route: {receiver: team}\n"
        "receivers: [{name: team, webhook_configs: [{url: 'http://127.0.0.1:9/'}]}]\n"
    )
    service = alerts(tmp_path, ALERTS_CONFIGURATION=str(receivers))
    service.start()
    service.stop()
    assert "reach nobody" not in capfd.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALERTS_CONFIGURATION", "/nothing/here"),
        ("ALERTS_CONFIGURATION", "/dev/null"),
        ("ALERTS_DIR", "/nothing/here"),
        ("ALERTS_WATCHDOG_URL", "hc.example/7"),
    ],
)
def test_what_it_cannot_use_is_told_in_a_sentence(tmp_path, name, value):
    service = alerts(tmp_path, **{name: value})
    ended = subprocess.run(
        service.command,
        env=service.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"alerts: {name} ({value}) must ")


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("watched", [True, False])
def test_watchdog_goes_to_its_own_address_or_nowhere(tmp_path, written, watched):
    """And all else to the receivers of the team, however they are written."""
    team, outside = Receiver(), Receiver()
    configuration = tmp_path / "alertmanager.yml"
    configuration.write_text(WRITTEN[written].replace("URL", team.url))
    service = alerts(
        tmp_path,
        ALERTS_CONFIGURATION=str(configuration),
        ALERTS_WATCHDOG_URL=outside.url if watched else "",
    )
    service.start()
    labels = [{"alertname": "Watchdog", "severity": "none"}, {"alertname": "Other"}]
    requests.post(
        f"{service.url}/api/v2/alerts",
        json=[{"labels": one} for one in labels],
        timeout=10,
    ).raise_for_status()
    wait_until(lambda: team.names("firing"))
    if watched:
        wait_until(lambda: outside.names("firing"))
    assert service.stop() == 0
    assert team.names("firing") == {"Other"}
    assert outside.names("firing") == ({"Watchdog"} if watched else set())


def test_watchdog_alone_does_not_hide_that_alerts_reach_nobody(tmp_path, capfd):
    service = alerts(tmp_path, ALERTS_WATCHDOG_URL="http://127.0.0.1:9/")
    service.start()
    service.stop()
    assert "alerts: alerts reach nobody: name receivers" in capfd.readouterr().err


def test_files_beside_the_configuration_are_found(tmp_path):
    """A configuration names its templates and passwords relative to itself."""
    team = Receiver()
    (tmp_path / "token").write_text("t")
    secret = "http_config: {authorization: {credentials_file: token}}"
    configuration = tmp_path / "alertmanager.yml"
    configuration.write_text(
        WRITTEN["flow"].replace("url: 'URL'", f"url: '{team.url}', {secret}")
    )
    service = alerts(tmp_path, ALERTS_CONFIGURATION=str(configuration))
    service.start()
    requests.post(
        f"{service.url}/api/v2/alerts",
        json=[{"labels": {"alertname": "Other"}}],
        timeout=10,
    ).raise_for_status()
    wait_until(lambda: team.names("firing") == {"Other"})
    assert service.stop() == 0

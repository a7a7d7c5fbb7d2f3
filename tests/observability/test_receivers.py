"""What the Alertmanager's container says of its receivers at its start."""

import subprocess
from pathlib import Path

from support.processes import Service, free_port


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
    assert service.stop() == 0
    assert "alerts: alerts reach nobody: name receivers" in capfd.readouterr().err


def test_with_a_receiver_it_does_not_say_so(tmp_path, capfd):
    receivers = tmp_path / "alertmanager.yml"
    receivers.write_text(
        "route: {receiver: team}\n"
        "receivers: [{name: team, webhook_configs: [{url: 'http://127.0.0.1:9/'}]}]\n"
    )
    service = alerts(tmp_path, ALERTS_CONFIGURATION=str(receivers))
    service.start()
    assert service.stop() == 0
    assert "reach nobody" not in capfd.readouterr().err


def test_what_it_cannot_read_or_write_is_told_in_a_sentence(tmp_path):
    for name in ("ALERTS_CONFIGURATION", "ALERTS_DIR"):
        service = alerts(tmp_path, **{name: "/nothing/here"})
        ended = subprocess.run(
            service.command,
            env=service.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert ended.returncode == 1
        assert ended.stderr.startswith(f"alerts: {name} (/nothing/here) must be a ")

"""The promises of tests/application/pyproject.toml, and what becomes of them."""

import pytest
import requests
from test_alerts import rows

from conftest import console, fail
from support.waiting import wait_until

BURN = "objective_view:service_budget_burn:ratio1h"
LEFT = "objective_view:service_budget_left:ratio14d"


def of(cluster, record: str, objective: str, view: str) -> float | None:
    return cluster.metrics.value(f'{record}{{objective="{objective}",view="{view}"}}')


@pytest.mark.usefixtures("traffic")
def test_view_is_judged_by_its_own_promise(cluster):
    """Of ten times as many failures as the service's: there are no others here."""
    wait_until(lambda: of(cluster, BURN, "availability", "item-list"))
    service, view = (
        of(cluster, BURN, "availability", name) for name in ("", "item-list")
    )
    assert service == pytest.approx(10 * view, rel=0.2)
    thresholds = cluster.metrics.query("service_objective_seconds")
    assert {
        (one["metric"].get("view", ""), one["metric"]["le"]) for one in thresholds
    } == {("", "0.5"), ("item-list", "1.0")}


@pytest.mark.usefixtures("traffic")
def test_console_shows_promises_and_what_is_left(cluster):
    wait_until(lambda: of(cluster, LEFT, "latency", "item-list") is not None)
    page = console(cluster)
    table = rows(page, "objectives")
    assert table["the service"][::3] == ["99.9%", "99%"]
    assert table["item-list"][::3] == ["99%", "95%"]
    assert table["item-detail"][::3] == ["99.9%", "\N{EN DASH}"]
    assert all(
        cells[2].endswith("%") for cells in (table["the service"], table["item-list"])
    )


@pytest.mark.usefixtures("traffic")
def test_failures_of_a_view_wake_somebody_though_strangers_ask_for_nonsense(cluster):
    with requests.Session() as session:
        for _ in range(500):
            answer = session.get(f"{cluster.server.url}/item/0/", timeout=10)
            assert answer.status_code == 404
    fail(cluster, 12, "/item/1/")
    wait_until(lambda: "BudgetBurnsFast" in cluster.receiver.names("firing"))
    fired = [
        alert
        for alert in cluster.receiver.received["firing"]
        if alert["labels"]["alertname"] == "BudgetBurnsFast"
    ]
    assert ("availability", "item-detail") in {
        (alert["labels"]["objective"], alert["labels"].get("view")) for alert in fired
    }
    assert "find-requests failed" in fired[0]["annotations"]["summary"]

"""From an alert to the request that caused it, and what a person is told of."""

import re

import pytest

from conftest import MADE, console, counted, run_requests
from support.waiting import wait_until


def rows(page: str, table: str) -> dict[str, list[str]]:
    """The cells of a table of the console by their first, tags removed."""
    (body,) = re.findall(rf'<table id="{table}"[^>]*>(.*?)</table>', page, re.DOTALL)
    lines = [
        [
            re.sub(r"<[^>]*>", "", cell).strip()
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        ]
        for row in body.split("<tr")
    ]
    return {cells[0]: cells[1:] for cells in lines if cells}


def failed_ids(cluster) -> list[str]:
    """Of the last three; while a server starts, nginx may have answered 502."""
    return [
        line.split()[4].strip("[]") for line in run_requests(cluster, "failed", "3")
    ]


# The first of all: other modules make more requests.
@pytest.mark.usefixtures("traffic")
def test_every_request_is_counted_once(cluster):
    assert counted(cluster) == MADE


def test_three_steps_lead_from_an_alert_to_the_request(cluster, traffic):
    wait_until(lambda: "StatementTimeouts" in cluster.receiver.names("firing"))
    page = console(cluster)
    assert "StatementTimeouts" in rows(page, "alerts")
    errors = rows(page, "views")["item-list"][1]
    assert errors.endswith("%"), errors
    assert errors != "0%"
    wait_until(lambda: failed_ids(cluster) == traffic)
    lines = run_requests(cluster, traffic[0])
    assert {line.split()[2] for line in lines} == {"nginx", "django"}
    assert any("canceling statement due to lock timeout" in line for line in lines)
    assert any('"GET /item/" 503' in line for line in lines)


def of_a_minute(cluster) -> str:
    """The console's page without what takes longer: test_objectives.py looks there."""
    table = r'<table id="objectives">.*?</table>'
    return re.sub(table, "", console(cluster), flags=re.DOTALL)


def test_console_has_the_numbers_of_the_traffic(cluster, traffic):
    # A scrape may have ended before all that the page shows was there.
    wait_until(lambda: "\N{EN DASH}" not in of_a_minute(cluster))
    page = of_a_minute(cluster)
    views = rows(page, "views")
    assert set(views) >= {"item-list", "&lt;unnamed view&gt;"}
    for requests_, _errors, *quantiles in views.values():
        assert float(requests_.removesuffix("/s").rstrip("m")) > 0
        assert all(
            re.fullmatch(r"[\d.]+(us|ms|s)", quantile) for quantile in quantiles
        ), quantiles
    (replica,) = rows(page, "replicas").values()
    assert replica[:2] == [cluster.version, "yes"]
    assert replica[3:6] == ["0/s", "ok", "ok"]
    assert "\N{EN DASH}" not in page, "a number is missing"

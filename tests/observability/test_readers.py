"""Prometheus's readers find what they look for: dashboards, the runbook, a parent."""

import json
import os
import re
from pathlib import Path

import pytest

from support.processes import Prometheus, free_port
from support.waiting import wait_until

pytestmark = pytest.mark.usefixtures("_recent")

RUNBOOK = Path(os.environ["runbook"]).read_text()
DASHBOARDS = sorted(Path(os.environ["dashboards"]).iterdir())
# Grafana's variables, as when nothing is chosen.
VARIABLES = {
    "$view": ".*",
    "$datname": ".*",
    "$__rate_interval": "1m",
    "$__range": "30m",
}
# What a panel shows where there is nothing; it would hide a query that finds nothing.
FALLBACK = re.compile(r" or (on \(\) label_replace\(vector\(0\), .*\)|vector\(0\))$")


def queries() -> list[tuple[str, str]]:
    """Every query of every panel and variable with where it stands."""
    found = []
    for file in DASHBOARDS:
        dashboard = json.loads(file.read_text())
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                found.append(
                    (f"{file.stem}: {panel['title']}", FALLBACK.sub("", target["expr"]))
                )
        for variable in dashboard["templating"]["list"]:
            (series,) = re.findall(r"^label_values\((.*), \w+\)$", variable["query"])
            found.append((f"{file.stem}: ${variable['name']}", series))
    return found


@pytest.mark.parametrize(("place", "expression"), queries())
def test_query_of_a_dashboard_has_an_answer(cluster, place: str, expression: str):
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    assert "$" not in expression, "a variable that Grafana would not know"
    assert "vector(" not in expression, "an answer that is there always"
    assert cluster.metrics.query(expression), f"{place} is empty"


@pytest.mark.parametrize(
    "expression", re.findall(r"```promql\n(.*?)\n```", RUNBOOK, re.DOTALL)
)
def test_query_of_the_runbook_has_an_answer(cluster, expression: str):
    assert cluster.metrics.query(expression)


def test_parent_prometheus_gets_the_recorded_series(cluster, tmp_path):
    job = (
        Path(os.environ["federation"])
        .read_text()
        .replace("localhost:9090", cluster.metrics.url.removeprefix("http://"))
    )
    (tmp_path / "job.yml").write_text(job)
    (tmp_path / "prometheus.yml").write_text(
        "global: {scrape_interval: 1s}\nscrape_config_files: [job.yml]\n"
    )
    port = free_port()
    arguments = [
        f"--config.file={tmp_path}/prometheus.yml",
        f"--storage.tsdb.path={tmp_path}/data",
    ]
    parent = Prometheus(
        "/-/ready",
        "prometheus",
        *arguments,
        f"--web.listen-address=127.0.0.1:{port}",
        port=port,
    )
    try:
        parent.start()
        wait_until(
            lambda: parent.query('view:django_http_responses:rate1m{view="item-list"}')
        )
        (up,) = parent.query('up{job="server"}')
        assert up["metric"]["instance"] == f"127.0.0.1:{cluster.server.metrics_port}"
    finally:
        parent.end()

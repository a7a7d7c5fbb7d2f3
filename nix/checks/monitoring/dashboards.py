"""Judge Grafana's files: what it would refuse, and panels that say too little.

    dashboards.py IMAGE DASHBOARDS QUERIES

IMAGE is the folder of the metrics-graph image, DASHBOARDS that of all dashboards.
Writes the queries to the file QUERIES, as rules that promtool judges.
Exit status 1 and a line for each fault.
"""

import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

# Grafana's own, as it fills them in.
VARIABLES = {"$__rate_interval": "1m", "$__range": "30m", "$__interval": "15s"}


def panel_faults(panel: dict[str, Any], source: dict[str, str]) -> Iterator[str]:
    if not panel.get("title"):
        yield "has no title"
    if not panel.get("fieldConfig", {}).get("defaults", {}).get("unit"):
        yield "has no unit"
    targets = panel.get("targets", [])
    if any(part.get("datasource") != source for part in (panel, *targets)):
        yield "has another data source than the provisioned one"
    if not targets or not all(target.get("expr") for target in targets):
        yield "has a target without a query"


def annotation_faults(
    annotation: dict[str, Any], source: dict[str, str]
) -> Iterator[str]:
    """Grafana's own, which people write by hand, has a source and no query."""
    if annotation.get("builtIn"):
        return
    if annotation.get("datasource") != source:
        yield "has another data source than the provisioned one"
    if not annotation.get("target", {}).get("expr"):
        yield "has no query in `target`, where Grafana looks for it"


def dashboard_faults(
    dashboard: dict[str, Any], source: dict[str, str]
) -> Iterator[str]:
    for name in ("title", "uid"):
        if not dashboard.get(name):
            yield f"has no {name}"
    panels = dashboard.get("panels", [])
    ids = [panel.get("id") for panel in panels]
    if len(set(ids)) < len(ids):
        yield "has two panels of the same id"
    if not ids:
        yield "has no panels"
    for variable in dashboard.get("templating", {}).get("list", []):
        if variable.get("datasource") != source:
            yield f"has a variable, {variable.get('name')}, with another data source"
    for annotation in dashboard.get("annotations", {}).get("list", []):
        yield from (
            f"annotation {annotation.get('name')} {fault}"
            for fault in annotation_faults(annotation, source)
        )
    for panel in panels:
        yield from (
            f"panel {panel.get('id')} {fault}" for fault in panel_faults(panel, source)
        )


def queries(dashboard: dict[str, Any]) -> Iterator[str]:
    """Those of all panels and annotations, with Grafana's own variables filled in."""
    targets = [
        one for panel in dashboard.get("panels", []) for one in panel.get("targets", [])
    ]
    targets += [
        one.get("target", {})
        for one in dashboard.get("annotations", {}).get("list", [])
    ]
    for query in filter(None, (target.get("expr") for target in targets)):
        for name, value in VARIABLES.items():
            query = query.replace(name, value)
        yield query


def rules(dashboards: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The queries of each dashboard as a group of rules."""
    number = itertools.count()
    groups = [
        {
            "name": name,
            "rules": [
                {"record": f"query:{next(number)}", "expr": query}
                for query in queries(dashboard)
            ],
        }
        for name, dashboard in dashboards.items()
    ]
    return {"groups": groups}


def main() -> int:
    folder = Path(sys.argv[1])
    provisioning = yaml.safe_load(
        (folder / "provisioning/datasources/prometheus.yaml").read_text()
    )
    (provisioned,) = provisioning["datasources"]
    source = {"type": provisioned["type"], "uid": provisioned["uid"]}
    (provider,) = yaml.safe_load(
        (folder / "provisioning/dashboards/dashboards.yaml").read_text()
    )["providers"]
    faults = (
        []
        if provider["options"]["path"] == "$DASHBOARDS"
        else ["the provider's path is not what image.nix sets"]
    )
    dashboards = {
        file.name: json.loads(file.read_text())
        for file in sorted(Path(sys.argv[2]).iterdir())
    }
    for name, dashboard in dashboards.items():
        faults += [f"{name}: {fault}" for fault in dashboard_faults(dashboard, source)]
    uids = [dashboard.get("uid") for dashboard in dashboards.values()]
    faults += [
        f"two dashboards have the uid {uid}"
        for uid in {uid for uid in uids if uids.count(uid) > 1}
    ]
    Path(sys.argv[3]).write_text(json.dumps(rules(dashboards)))  # JSON is YAML
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

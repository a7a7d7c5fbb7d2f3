"""Grafana's dashboards for a Grafana of several services, as ConfigMaps of kustomize.

    dashboards.py FOLDER FILE…

Writes the dashboards into FOLDER, with the service's name in their uids and titles, and
the kustomization that makes a ConfigMap of each, which Grafana's sidecar looks for.
"""

import json
import os
import re
import sys
from pathlib import Path

import yaml

HEAD = "# `./nixw run .#files` writes this folder from the dashboards of Grafana.\n"


def of_service(dashboard: dict[str, object], name: str) -> dict[str, object]:
    return {
        **dashboard,
        "title": f"{name}: {dashboard['title']}",
        "uid": f"{name}-{dashboard['uid']}",
    }


def config_map(file: Path) -> dict[str, object]:
    name = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")
    return {"name": f"server-dashboard-{name}", "files": [file.name]}


def kustomization(files: list[Path]) -> dict[str, object]:
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "generatorOptions": {
            "disableNameSuffixHash": True,
            "labels": {"app.kubernetes.io/name": "server", "grafana_dashboard": "1"},
        },
        "configMapGenerator": [config_map(file) for file in files],
    }


def main() -> None:
    folder, files = Path(sys.argv[1]), [Path(file) for file in sys.argv[2:]]
    for file in files:
        dashboard = of_service(json.loads(file.read_text()), os.environ["SERVICE_NAME"])
        text = json.dumps(dashboard, indent=2, ensure_ascii=False)
        (folder / file.name).write_text(f"{text}\n")
    text = yaml.safe_dump(kustomization(files), sort_keys=False)
    (folder / "kustomization.yaml").write_text(HEAD + text)


if __name__ == "__main__":
    main()

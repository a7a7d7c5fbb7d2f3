"""Grafana's dashboards for a Grafana of several services, as ConfigMaps of kustomize.

    dashboards.py FOLDER FILE…

Writes the dashboards into FOLDER, with the service's name in their uids and titles, and
the kustomization that makes a ConfigMap of each, which Grafana's sidecar looks for. The
sidecar writes all files of all namespaces into one folder: their names have the
service's, too.
"""

import hashlib
import json
import os
import re
import sys
from pathlib import Path

import yaml

HEAD = "# `./nixw run .#files` writes this folder from the dashboards of Grafana.\n"
LONGEST = 40  # characters of a uid, for Grafana


def uid_of(dashboard: dict[str, object], service: str) -> str:
    uid = f"{service}-{dashboard['uid']}"
    if len(uid) <= LONGEST:
        return uid
    return hashlib.sha256(uid.encode()).hexdigest()[:LONGEST]


def of_service(dashboard: dict[str, object], service: str) -> dict[str, object]:
    return {
        **dashboard,
        "title": f"{service}: {dashboard['title']}",
        "uid": uid_of(dashboard, service),
    }


def config_map(file: Path, service: str) -> dict[str, object]:
    name = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")
    return {
        "name": f"server-dashboard-{name}",
        "files": [f"{service}-{file.name}={file.name}"],
    }


def kustomization(files: list[Path], service: str) -> dict[str, object]:
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "generatorOptions": {
            "disableNameSuffixHash": True,
            "labels": {"app.kubernetes.io/name": "server", "grafana_dashboard": "1"},
        },
        "configMapGenerator": [config_map(file, service) for file in files],
    }


def main() -> None:
    folder, files = Path(sys.argv[1]), [Path(file) for file in sys.argv[2:]]
    service = os.environ["SERVICE_NAME"]
    for file in files:
        dashboard = of_service(json.loads(file.read_text()), service)
        text = json.dumps(dashboard, indent=2, ensure_ascii=False)
        (folder / file.name).write_text(f"{text}\n")
    text = yaml.safe_dump(kustomization(files, service), sort_keys=False)
    (folder / "kustomization.yaml").write_text(HEAD + text)


if __name__ == "__main__":
    main()

"""Prometheus's rule files as PrometheusRule objects of Kubernetes, on standard output.

    rules.py FILE…

Rules about services that deploy/kubernetes does not run are left out.
"""

import re
import sys
from pathlib import Path
from typing import Any

import yaml

# Alerts and records of the template, with the service that Kubernetes does not run.
LEFT_OUT = {
    "BackupCheckFailed": "backup",
    "BackupDown": "backup",
    "BackupElsewhereBaseOld": "backup",
    "BackupElsewhereOld": "backup",
    "BackupLogGap": "backup",
    "BackupOld": "backup",
    "BackupSlotHalfFull": "backup",
    "BackupSlotUnwell": "backup",
    "BackupStreamBehind": "backup",
    "BackupUnchecked": "backup",
    "CertificateEnds": "edge",
    "CertificateLate": "edge",
    "DatabaseConnections": "db-metrics",
    "DiskAlmostFull": "log",
    "DiskFullSoon": "log",
    "DiskFullTomorrow": "log",
    "EdgeDown": "edge",
    "EdgeServerAway": "edge",
    "LogDown": "log",
    "LogUndelivered": "log",
    "LogUnwritable": "log",
    "NoDatabaseMetrics": "db-metrics",
    "Watchdog": "metrics",  # the operator's own has one
    "job:pg_connections:ratio": "db-metrics",
    "job_volume:service_disk_free_bytes:min": "log",
    "job_volume:service_disk_full_seconds:deriv1d": "log",
}
HEAD = "# `./nixw run .#files` writes this from the rule files of Prometheus.\n"


class Dumper(yaml.SafeDumper):
    """Keeps expressions of several lines as such."""


def represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


Dumper.add_representer(str, represent_text)


def name_of(rule: dict[str, Any]) -> str:
    return str(rule.get("alert") or rule.get("record"))


def kept(group: dict[str, Any]) -> dict[str, Any]:
    return {
        **group,
        "rules": [rule for rule in group["rules"] if name_of(rule) not in LEFT_OUT],
    }


def rule_object(file: Path) -> dict[str, Any]:
    groups = map(kept, yaml.safe_load(file.read_text())["groups"])
    name = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {
            "name": f"server-{name}",
            "labels": {"app.kubernetes.io/name": "server"},
        },
        "spec": {"groups": [group for group in groups if group["rules"]]},
    }


def main() -> None:
    files = [Path(file) for file in sys.argv[1:]]
    found = {
        name_of(rule)
        for file in files
        for group in yaml.safe_load(file.read_text())["groups"]
        for rule in group["rules"]
    }
    if unknown := LEFT_OUT.keys() - found:
        sys.exit(
            f"rules.py leaves out what no rule file has: {', '.join(sorted(unknown))}."
        )
    objects = [rule_object(file) for file in files]
    text = yaml.dump_all(
        objects, Dumper=Dumper, sort_keys=False, width=1000, allow_unicode=True
    )
    sys.stdout.write(HEAD + text)


if __name__ == "__main__":
    main()

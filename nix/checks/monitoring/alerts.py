"""Judge alerts: each has a paragraph of the runbook, and cases that fire it and others.

    alerts.py RULES TESTS RUNBOOK

RULES and TESTS are files of Prometheus's, or folders of them, which need not be there
where there are no alerts. Exit status 1 and a line for each fault.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ADDRESS = "https://runbook.example/#"


def parts(place: str, key: str) -> list[Any]:
    """The lists under a key, of a file or of a folder's files in their names' order."""
    path = Path(place)
    files = (
        sorted(path.glob("*.yml")) if path.is_dir() else [path] if path.exists() else []
    )
    return [
        part for file in files for part in yaml.safe_load(file.read_text()).get(key, [])
    ]


def alert_faults(
    alert: dict[str, Any], cases: list[bool], paragraphs: list[str], runbook: Path
) -> Iterator[str]:
    if (
        alert.get("annotations", {}).get("runbook_url")
        != f"{ADDRESS}{alert['alert'].lower()}"
    ):
        yield f"its runbook_url is not {ADDRESS}{alert['alert'].lower()}"
    if alert["alert"] not in paragraphs:
        yield f"{runbook} has no paragraph `## {alert['alert']}`"
    if sorted(set(cases)) != [False, True]:
        yield "the tests lack a case that fires it, or one that does not"


def main() -> int:
    rules = [rule for group in parts(sys.argv[1], "groups") for rule in group["rules"]]
    alerts = [rule for rule in rules if "alert" in rule]
    tests = [
        test
        for case in parts(sys.argv[2], "tests")
        for test in case.get("alert_rule_test", [])
    ]
    runbook = Path(sys.argv[3])
    text = runbook.read_text() if runbook.exists() else ""
    paragraphs = re.findall(r"^## (.*)$", text, re.MULTILINE)
    names = [alert["alert"] for alert in alerts]
    faults = []
    for alert in alerts:
        cases = [
            bool(test["exp_alerts"])
            for test in tests
            if test["alertname"] == alert["alert"]
        ]
        faults += [
            f"{alert['alert']}: {fault}"
            for fault in alert_faults(alert, cases, paragraphs, runbook)
        ]
    if paragraphs != names:
        faults.append(
            f"{runbook} must have a paragraph for each alert, in this order: "
            f"{' '.join(names)}"
        )
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

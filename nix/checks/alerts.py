"""Judge alerts: each has a paragraph of the runbook, and cases that fire it and that do not.

    alerts.py RULES TESTS RUNBOOK

RULES and TESTS are files of Prometheus's, or several of them one after the other. Exit status 1
and a line for each fault.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ADDRESS = "https://runbook.example/#"


def parts(file: str, key: str) -> list[Any]:
    """The lists under a key at the margin, of each document that was joined to the file."""
    documents = re.split(rf"^(?={key}:)", Path(file).read_text(), flags=re.MULTILINE)[1:]
    return [part for document in documents for part in yaml.safe_load(document)[key]]


def alert_faults(alert: dict[str, Any], cases: list[bool], paragraphs: list[str]) -> Iterator[str]:
    if alert.get("annotations", {}).get("runbook_url") != f"{ADDRESS}{alert['alert'].lower()}":
        yield f"its runbook_url is not {ADDRESS}{alert['alert'].lower()}"
    if alert["alert"] not in paragraphs:
        yield "the runbook has no paragraph with its name"
    if sorted(set(cases)) != [False, True]:
        yield "the tests lack a case that fires it, or one that does not"


def main() -> int:
    rules = [rule for group in parts(sys.argv[1], "groups") for rule in group["rules"]]
    alerts = [rule for rule in rules if "alert" in rule]
    tests = [test for case in parts(sys.argv[2], "tests") for test in case.get("alert_rule_test", [])]
    paragraphs = re.findall(r"^## (.*)$", Path(sys.argv[3]).read_text(), re.MULTILINE)
    names = [alert["alert"] for alert in alerts]
    faults = []
    for alert in alerts:
        cases = [bool(test["exp_alerts"]) for test in tests if test["alertname"] == alert["alert"]]
        faults += [f"{alert['alert']}: {fault}" for fault in alert_faults(alert, cases, paragraphs)]
    if paragraphs != names:
        faults.append(f"the runbook's paragraphs are not the alerts in their order: {' '.join(names)}")
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

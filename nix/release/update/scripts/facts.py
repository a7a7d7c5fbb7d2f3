"""What an update may change beside versions: sizes of images, the API, metrics."""

import json
from dataclasses import dataclass, field
from typing import Any

import tree

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Facts:
    """By name; `faults` are sentences of what could not be had."""

    sizes: dict[str, str] = field(default_factory=dict)
    api: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


def read() -> Facts:
    """Of the tree as it is."""
    faults, sizes, api, metrics = [], {}, {}, {}
    try:
        sizes = tree.sizes()
    except tree.Failed as fault:
        faults.append(f"The images could not be built: {fault}")
    try:
        report = tree.report("deploy")
        api = parts(json.loads((report / "openapi.json").read_text()))
        metrics = dict.fromkeys((report / "metrics").read_text().split(), "")
    except (tree.Failed, OSError, ValueError) as fault:
        faults.append(f"The API and the metrics could not be read: {fault}")
    return Facts(sizes, api, metrics, tuple(faults))


def parts(document: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI document's operations and components, by a name for people."""
    found = {}
    for path, item in document.get("paths", {}).items():
        rest = {key: value for key, value in item.items() if key not in METHODS}
        for method in METHODS:
            if method in item:
                found[f"{method.upper()} {path}"] = [item[method], rest]
    for kind, members in document.get("components", {}).items():
        found |= {f"{kind} {name}": member for name, member in members.items()}
    return found


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """A line for each name that came, went or is another one now."""
    lines = [f"- added: `{name}`" for name in sorted(after.keys() - before.keys())]
    lines += [f"- removed: `{name}`" for name in sorted(before.keys() - after.keys())]
    both = sorted(before.keys() & after.keys())
    return lines + [
        f"- changed: `{name}`" for name in both if before[name] != after[name]
    ]

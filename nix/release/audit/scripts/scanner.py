"""All packages, by grype, which only nixpkgs has: https://github.com/anchore/grype"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packages import Answer, Package, State


def scan(grype: str, document: Path) -> list[dict[str, Any]]:
    """What it finds in an SBOM.

    Raises:
        subprocess.CalledProcessError: it failed, after its own words; such as without
            network.
    """
    command = [
        grype,
        f"sbom:{document}",
        "--add-cpes-if-none",
        "--output",
        "json",
        "--quiet",
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    matches: list[dict[str, Any]] = json.loads(done.stdout)["matches"]
    return matches


def check(packages: list[Package], grype: str, sboms: Path) -> Iterator[Answer]:
    """An answer for each package."""
    found: dict[tuple[str, str], set[frozenset[str]]] = {}
    try:
        for document in sorted(sboms.glob("*.cdx.json")):
            for match in scan(grype, document):
                key = match["artifact"]["name"], match["artifact"]["version"]
                names = {one["id"] for one in match.get("relatedVulnerabilities", [])}
                ids = frozenset({match["vulnerability"]["id"]} | names)
                found.setdefault(key, set()).add(ids)
    except subprocess.CalledProcessError:
        for package in packages:
            yield Answer(package, State.NOT_CHECKED, "grype failed")
        return
    shipped = {(package.name, package.version) for package in packages}
    inside = [Package(name, version, "") for name, version in found.keys() - shipped]
    for package in [*packages, *sorted(inside)]:
        known = sorted(found.get((package.name, package.version), set()), key=sorted)
        state = State.FOUND if known else State.NONE_KNOWN
        yield Answer(package, state, "nix flake update" if known else "", tuple(known))

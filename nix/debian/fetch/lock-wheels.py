"""Solve requirements (standard input) with pip and print debian-wheels.lock.json.

    lock-wheels.py HASH CONSTRAINTS     of the list that the lock is made from; a file of pip's

Run by the set's own pip, so that the tags and markers are those of its Python.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.utils import canonicalize_name


def solve(requirements: str, constraints: str) -> list[dict[str, Any]]:
    """What pip would install: the `install` list of its JSON report."""
    with tempfile.TemporaryDirectory() as directory:
        manifest = Path(directory, "wheels.txt")
        report = Path(directory, "report.json")
        manifest.write_text(requirements)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run"]
        command += ["--ignore-installed", "--only-binary", ":all:", "--target", directory]
        command += [
            "--requirement",
            str(manifest),
            "--constraint",
            constraints,
            "--report",
            str(report),
        ]
        if subprocess.run(command).returncode:
            sys.exit(1)  # after pip's own words
        install: list[dict[str, Any]] = json.loads(report.read_text())["install"]
        return install


def needs(metadata: dict[str, Any], names: set[str], extra: str) -> list[str]:
    """What is locked, too, of what a package needs with an extra, or without one (\"\")."""
    required = map(Requirement, metadata.get("requires_dist", []))
    found = {
        canonicalize_name(requirement.name)
        for requirement in required
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra})
    }
    return sorted(found & names)


def entry(item: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """One line of the lock, with the extras that a requirement asks for."""
    metadata = item["metadata"]
    extras = {
        extra: needs(metadata, names, extra) for extra in sorted(item.get("requested_extras", []))
    }
    return {
        "name": canonicalize_name(metadata["name"]),
        "version": metadata["version"],
        "file": item["download_info"]["url"].rsplit("/", 1)[-1],
        "sha256": item["download_info"]["archive_info"]["hashes"]["sha256"],
        "depends": needs(metadata, names, ""),
    } | ({"extras": extras} if extras else {})


def main() -> None:
    items = solve(sys.stdin.read(), sys.argv[2])
    names = {canonicalize_name(item["metadata"]["name"]) for item in items}
    entries = sorted((entry(item, names) for item in items), key=lambda line: line["name"])
    lines = ",\n  ".join(map(json.dumps, entries))
    print(f'{{"list": "{sys.argv[1]}", "files": [\n  {lines}\n]}}')


if __name__ == "__main__":
    main()

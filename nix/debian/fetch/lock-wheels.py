"""Solve requirements (standard input) with pip and print debian-wheels.lock.json.

    lock-wheels.py HASH CONSTRAINTS     of the list that the lock is made from; a file of pip's

Run by the set's own pip, so that the tags and markers are those of its Python.
"""

import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.utils import canonicalize_name

# What the set has from Debian, because PyPI has no wheel of it: pip hears of it by an empty one.
DEBIANS = {"psycopg2": "python3-psycopg2"}


def write_stub(folder: Path, name: str) -> None:
    """An empty wheel (PEP 427) of the version that the lock of Debian's packages has."""
    lock = Path(__file__).parent.parent / "debian-packages.lock.json"
    found = re.search(rf'"name": "{DEBIANS[name]}", "version": "([0-9.]+)', lock.read_text())
    version = found[1].rstrip(".") if found else "0"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for file, text in {
            "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            "RECORD": "",
        }.items():
            wheel.writestr(f"{name}-{version}.dist-info/{file}", text)


def solve(requirements: str, constraints: str) -> list[dict[str, Any]]:
    """What pip would install: the `install` list of its JSON report."""
    with tempfile.TemporaryDirectory() as directory:
        for name in DEBIANS:
            write_stub(Path(directory), name)
        manifest = Path(directory, "wheels.txt")
        report = Path(directory, "report.json")
        manifest.write_text(requirements)
        command = [sys.executable, "-m", "pip", "install", "--dry-run"]
        command += ["--ignore-installed", "--only-binary", ":all:", "--target", directory]
        command += ["--find-links", directory]
        command += [
            "--requirement",
            str(manifest),
            "--constraint",
            constraints,
            "--report",
            str(report),
        ]
        if subprocess.run(command, stdout=sys.stderr).returncode:
            sys.exit(1)  # after pip's own words
        install: list[dict[str, Any]] = json.loads(report.read_text())["install"]
        return install


def applies(requirement: Requirement, extra: str) -> bool:
    marker = requirement.marker
    return marker is None or marker.evaluate({"extra": extra})


def needs(
    name: str,
    packages: dict[str, dict[str, Any]],
    extra: str = "",
    seen: frozenset[tuple[str, str]] = frozenset(),
) -> set[str]:
    """What is locked, too, of what a package needs, with an extra or without one.

    A need with extras of its own, as `kombu[redis]`, brings what those need.
    """
    found = set()
    for requirement in map(Requirement, packages[name].get("requires_dist", [])):
        other = canonicalize_name(requirement.name)
        if other not in packages or not applies(requirement, extra):
            continue
        found.add(other)
        for wanted in {(other, more) for more in requirement.extras} - seen:
            found |= needs(other, packages, wanted[1], seen | {wanted})
    return found - {name}


def entry(item: dict[str, Any], packages: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """One line of the lock, with the extras that a requirement asks for."""
    name = canonicalize_name(item["metadata"]["name"])
    extras = {
        extra: sorted(needs(name, packages, extra))
        for extra in sorted(item.get("requested_extras", []))
    }
    return {
        "name": name,
        "version": item["metadata"]["version"],
        "file": item["download_info"]["url"].rsplit("/", 1)[-1],
        "sha256": item["download_info"]["archive_info"]["hashes"]["sha256"],
        "depends": sorted(needs(name, packages)),
    } | ({"extras": extras} if extras else {})


def main() -> None:
    items = solve(sys.stdin.read(), sys.argv[2])
    packages = {canonicalize_name(item["metadata"]["name"]): item["metadata"] for item in items}
    entries = sorted(
        (line for item in items if (line := entry(item, packages))["name"] not in DEBIANS),
        key=lambda line: line["name"],
    )
    lines = ",\n  ".join(map(json.dumps, entries))
    print(f'{{"list": "{sys.argv[1]}", "files": [\n  {lines}\n]}}')


if __name__ == "__main__":
    main()

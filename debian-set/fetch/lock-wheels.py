"""Solve requirements (standard input) with pip and print python.lock.json.

    lock-wheels.py HASH CONSTRAINTS OPTION…

HASH is of the list that the lock is made from, CONSTRAINTS a file of pip's; the options
are pip's for the wheels of the other architecture.

Run by the set's own pip, so that the tags and markers are those of its Python. Wheels
of native code are looked for at the same versions for the other architecture, too.
"""

import json
import platform
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from pip._internal.commands.download import DownloadCommand
from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.utils import canonicalize_name

type Item = dict[str, Any]

# What the set has from Debian: PyPI has no wheel of the first, and the second's is
# large. pip hears of them by empty wheels.
DEBIANS = {"psycopg2": "python3-psycopg2", "pyyaml": "python3-yaml"}


def debians_version(name: str) -> str:
    """The version that the lock of Debian's packages has."""
    lock = Path(__file__).parent.parent / "debian-packages.lock.json"
    found = re.search(
        rf'"name": "{DEBIANS[name]}", "version": "([0-9.]+)', lock.read_text()
    )
    return found[1].rstrip(".") if found else "0"


def write_stub(folder: Path, name: str, version: str) -> None:
    """An empty wheel (PEP 427)."""
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for file, text in {
            "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            "RECORD": "",
        }.items():
            wheel.writestr(f"{name}-{version}.dist-info/{file}", text)


def install(
    requirements: str, *options: str
) -> subprocess.CompletedProcess[str] | list[Item]:
    """The `install` list of pip's JSON report, or how pip failed."""
    with tempfile.TemporaryDirectory() as directory:
        stubs = Path(directory, "stubs.txt")
        versions = {name: debians_version(name) for name in DEBIANS}
        stubs.write_text(
            "".join(f"{name}=={version}\n" for name, version in versions.items())
        )
        for name, version in versions.items():
            write_stub(Path(directory), name, version)
        manifest = Path(directory, "wheels.txt")
        report = Path(directory, "report.json")
        manifest.write_text(requirements)
        command = [sys.executable, "-m", "pip", "install", "--dry-run"]
        command += [
            "--ignore-installed",
            "--only-binary",
            ":all:",
            "--target",
            directory,
        ]
        command += ["--find-links", directory, "--report", str(report)]
        command += [
            "--constraint",
            str(stubs),
            "--requirement",
            str(manifest),
            *options,
        ]
        ended = subprocess.run(
            command, stdout=sys.stderr, stderr=subprocess.PIPE, text=True
        )
        sys.stderr.write(ended.stderr)
        if ended.returncode:
            return ended
        found: list[Item] = json.loads(report.read_text())["install"]
        return found


def solve(requirements: str, constraints: str) -> list[Item]:
    """What pip would install on this machine."""
    found = install(requirements, "--constraint", constraints)
    if not isinstance(found, list):
        sys.exit(1)  # after pip's own words
    return found


def released(name: str, version: str) -> list[str]:
    """SHA-256 of what PyPI has of a version, of source and for this machine."""
    command = DownloadCommand("download", "")
    options, _ = command.parse_args([])
    with command._build_session(options) as session:
        finder = command._build_package_finder(options, session)
        links = [
            candidate.link
            for candidate in finder.find_all_candidates(name)
            if str(candidate.version) == version
        ]
    return sorted(link.hash for link in links if link.hash_name == "sha256")


def of_debian(entry: dict[str, Any]) -> dict[str, Any]:
    """The entry of a package of Debian's; PyPI's hashes are for the lock's readers."""
    return {
        "name": entry["name"],
        "version": entry["version"],
        "released": released(entry["name"], entry["version"]),
        "depends": [],
    }


def solve_other(pinned: list[str], options: list[str]) -> list[Item]:
    """The wheels that PyPI has of these for the architecture of pip's options."""
    while pinned:
        found = install("\n".join(pinned), "--no-deps", *options)
        if isinstance(found, list):
            return found
        lacking = re.search(r"No matching distribution found for (\S+)", found.stderr)
        if not lacking or lacking[1] not in pinned:
            sys.exit(1)
        pinned.remove(lacking[1])
    return []


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


def name_of(item: Item) -> str:
    return str(canonicalize_name(item["metadata"]["name"]))


def file_of(item: Item) -> dict[str, str]:
    return {
        "file": item["download_info"]["url"].rsplit("/", 1)[-1],
        "sha256": item["download_info"]["archive_info"]["hashes"]["sha256"],
    }


def entry(item: Item, packages: dict[str, Item]) -> dict[str, Any]:
    """One line of the lock, with the extras that a requirement asks for."""
    name = name_of(item)
    extras = {
        extra: sorted(needs(name, packages, extra))
        for extra in sorted(item.get("requested_extras", []))
    }
    return {
        "name": name,
        "version": item["metadata"]["version"],
        **file_of(item),
        "depends": sorted(needs(name, packages)),
    } | ({"extras": extras} if extras else {})


def add_other(entries: list[dict[str, Any]], options: list[str]) -> None:
    """Give each wheel of native code its file for arm64; null where there is none."""
    native = [
        line
        for line in entries
        if not line.get("file", "-any.whl").endswith("-any.whl")
    ]
    own = platform.machine()
    other = {"x86_64": "aarch64", "aarch64": "x86_64"}[own]
    found = {
        name_of(item): file_of(item)
        for item in solve_other(
            [f"{line['name']}=={line['version']}" for line in native], options
        )
    }
    for line in native:
        files = {
            own: {"file": line["file"], "sha256": line["sha256"]},
            other: found.get(line["name"]),
        }
        if not files["x86_64"]:
            sys.exit(
                f"PyPI has no wheel of {line['name']} {line['version']} for x86_64."
            )
        line |= files["x86_64"]
        line["arm64"] = files["aarch64"]


def main() -> None:
    digest, constraints, *options = sys.argv[1:]
    items = solve(sys.stdin.read(), constraints)
    packages = {name_of(item): item["metadata"] for item in items}
    entries = [
        of_debian(line) if line["name"] in DEBIANS else line
        for line in sorted(
            (entry(item, packages) for item in items), key=lambda line: line["name"]
        )
    ]
    add_other(entries, options)
    lines = ",\n  ".join(map(json.dumps, entries))
    print(f'{{"list": "{digest}", "files": [\n  {lines}\n]}}')


if __name__ == "__main__":
    main()

"""Debian's packages and what is linked into them, against the archive apt reaches."""

import json
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import archive
from debian.changelog import Changelog
from debian.debian_support import Version
from rows import Row, days_since

LOCKS = {
    "x86_64": "debian-packages.lock.json",
    "aarch64": "debian-packages-arm64.lock.json",
}
# The same by what a page calls their packages.
KINDS = {"Debian": LOCKS["x86_64"], "Debian, arm64": LOCKS["aarch64"]}


def lock(root: Path) -> Path:
    """The one of this machine's architecture."""
    return root / LOCKS[platform.machine()]


def solved(root: Path, solver: Path, ranges: Path) -> dict[str, str] | None:
    """The versions of Python packages that `relock wheels` would lock now.

    Nothing where pip finds no solution.

    Args:
        solver: lock-wheels.py.
        ranges: a folder with requirements.txt and constraints.txt, which are pip's.
    """
    with tempfile.TemporaryDirectory() as directory:
        # lock-wheels.py reads the lock of Debian's packages beside its folder.
        script = Path(directory, "fetch/lock-wheels.py")
        script.parent.mkdir()
        shutil.copy(solver, script)
        shutil.copy(root / LOCKS["x86_64"], directory)
        found = subprocess.run(
            [sys.executable, str(script), "", str(ranges / "constraints.txt")],
            input=(ranges / "requirements.txt").read_text(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    if found.returncode:
        return None
    return {line["name"]: line["version"] for line in json.loads(found.stdout)["files"]}


def locked(root: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(lock(root).read_text())["files"]
    return found


def rows(root: Path, command: list[str]) -> Iterator[Row]:
    """A row for each package and for each source that is linked in.

    Args:
        command: archive.sh.
    """
    packages = {one["name"]: one for one in locked(root)}
    with archive.archive(command, packages) as reached:
        if not reached:
            yield Row(
                "Debian", "all packages", "", says="Debian's archive was not reached"
            )
            return
        asked = Asked(reached)
        yield from (asked.package(one) for one in packages.values())
        into: dict[str, set[str]] = {}
        for one in packages.values():
            for source in one.get("built_using", []):
                into.setdefault(source, set()).add(one["name"])
        yield from (asked.linked(source, into[source]) for source in sorted(into))


class Asked:
    """An archive, and the changelogs that it was asked for."""

    def __init__(self, reached: archive.Archive) -> None:
        self.archive = reached
        self.changelog = cache(self.read)

    def read(self, source: str) -> Changelog | None:
        """Of the newest version of a source, which its smallest package has."""
        return archive.changelog_of(self.archive, self.archive.sources[source][1])

    def package(self, one: dict[str, Any]) -> Row:
        newest = self.archive.candidates.get(one["name"], "")
        row = Row("Debian", one["name"], one["version"])
        if not newest:
            return row.replace(says="the archive does not have it")
        if Version(newest) <= Version(row.locked):
            return row.replace(newest=row.locked, allowed=row.locked)
        source, version = one.get("source", f"{row.name} {row.locked}").split()
        row = row.replace(newest=newest, allowed=newest)
        return self.add_changelog(
            row, source, version, f"./nixw relock packages {row.name}"
        )

    def linked(self, linked: str, into: set[str]) -> Row:
        source, version = linked.split()
        newest, _ = self.archive.sources.get(source, (None, ""))
        if not newest or newest <= Version(version):
            says = "" if newest else "the archive does not have it"
            known = version if newest else ""
            return Row("linked in", source, version, known, known, says=says)
        row = Row("linked in", source, version, str(newest), version)
        return self.add_changelog(
            row, source, version, f"until Debian builds {', '.join(sorted(into))} anew"
        )

    def add_changelog(self, row: Row, source: str, version: str, says: str) -> Row:
        """The row with what the changelog says since a version of the source."""
        changelog = self.changelog(source) if source in self.archive.sources else None
        after = (
            archive.entries_after(changelog, Version(version)) if changelog else None
        )
        if after is None:
            says = f"{says}; its changelog does not reach back to {version}"
        security = archive.named(after or [])
        if any("security" in (block.distributions or "") for block in after or []):
            says = f"{says}; from the security archive"
        age = written(changelog, version)
        return row.replace(age=age, says=says, security=tuple(sorted(security)))


def written(changelog: Changelog | None, version: str) -> int | None:
    """Days since a version was made."""
    dates = [
        block.date or "" for block in changelog or [] if str(block.version) == version
    ]
    try:
        return days_since(datetime.strptime(dates[0], "%a, %d %b %Y %H:%M:%S %z"))
    except (IndexError, TypeError, ValueError):
        return None

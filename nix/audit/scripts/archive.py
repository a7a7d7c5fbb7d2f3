"""Debian's packages, against the archive that this machine's apt reaches.

A package has known vulnerabilities where the archive has a newer version, and the changelog
between the two names any.
"""

import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import IO

from debian.changelog import Changelog
from debian.debfile import DebFile
from debian.debian_support import Version
from packages import Answer, Package, State

CVE = re.compile(r"CVE-\d{4}-\d{4,}")


@dataclass
class Archive:
    """A running archive.sh, which says what its arguments are."""

    questions: IO[str]
    answers: IO[str]
    candidates: dict[str, str]

    def download(self, name: str) -> Path | None:
        """The newest version of a package; nothing where it cannot be had."""
        print(name, file=self.questions, flush=True)
        lines = list(iter(lambda: self.answers.readline().strip(), ""))
        return Path(lines[0]) if lines else None


@contextmanager
def archive(command: list[str], names: Iterable[str]) -> Iterator[Archive | None]:
    """The archive, or nothing where apt does not reach it; apt says why on standard error."""
    with tempfile.TemporaryDirectory() as directory:
        listed = Path(directory, "names")
        listed.write_text("\n".join(sorted(names)) + "\n")
        with subprocess.Popen(
            [*command, str(listed), directory],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            pipes = process.stdin, process.stdout
            if pipes[0] and pipes[1] and pipes[1].readline().strip() == "ready":
                candidates = Path(directory, "candidates").read_text().splitlines()
                yield Archive(pipes[0], pipes[1], dict(line.split() for line in candidates))
            else:
                yield None


def named_between(changelog: Changelog, older: Version) -> frozenset[str] | None:
    """The CVEs that the entries after a version name; nothing where they do not reach back to it.

    Args:
        changelog: of a newer version, newest entry first.
        older: a version of the source package.
    """
    found: set[str] = set()
    for block in changelog:
        if block.version <= older:
            return frozenset(found)
        found.update(CVE.findall("\n".join(block.changes())))
    return None


def changelog_of(archive: Archive, name: str) -> Changelog | None:
    """Of the newest version of a package; some packages have a link to another one's."""
    file = archive.download(name)
    if not file:
        return None
    with DebFile(file) as package:
        if changelog := package.changelog():
            return changelog
        for member in package.data.tgz():
            if member.issym() and str(member.name).removeprefix("./") == f"usr/share/doc/{name}":
                return changelog_of(archive, PurePath(member.linkname).name)
    return None


def check(packages: list[Package], command: list[str]) -> Iterator[Answer]:
    """An answer for each of Debian's packages.

    Args:
        command: archive.sh.
    """
    with archive(command, {package.name for package in packages}) as reached:
        for package in packages:
            yield (
                answer(package, reached)
                if reached
                else Answer(package, State.NOT_CHECKED, "Debian's archive was not reached")
            )


def answer(package: Package, archive: Archive) -> Answer:
    candidate = archive.candidates.get(package.name)
    if not candidate:
        return Answer(package, State.NOT_CHECKED, "this machine's archive does not have it")
    if Version(candidate) == Version(package.version):
        return Answer(package, State.NONE_KNOWN)
    if Version(candidate) < Version(package.version):
        return Answer(package, State.NOT_CHECKED, f"the archive only has the older {candidate}")
    changelog = changelog_of(archive, package.name)
    named = named_between(changelog, Version(package.source_version)) if changelog else None
    if named is None:
        return Answer(
            package, State.NOT_CHECKED, f"the changelog of {candidate} does not reach back to it"
        )
    ids = tuple(frozenset([cve]) for cve in sorted(named))
    renewed = f"./nixw relock packages {package.name}"
    if ids:
        return Answer(package, State.FOUND, f"fixed in {candidate}: {renewed}", ids)
    return Answer(package, State.NONE_KNOWN, f"{candidate} is newer: {renewed}")

"""Debian's packages, against the archive that this machine's apt reaches.

A package has known vulnerabilities where the archive has a newer version, and the
changelog between the two names any.
"""

import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import IO

from debian.changelog import ChangeBlock, Changelog
from debian.debfile import DebFile
from debian.debian_support import Version

from packages import LINKED, Answer, Package, State

CVE = re.compile(r"CVE-\d{4}-\d{4,}")


@dataclass
class Archive:
    """A running archive.sh, which says what its arguments are."""

    questions: IO[str]
    answers: IO[str]
    candidates: dict[str, str]
    # Of each source: its newest version, and the smallest package made of it.
    sources: dict[str, tuple[Version, str]]

    def download(self, name: str) -> Path | None:
        """The newest version of a package; nothing where it cannot be had."""
        print(name, file=self.questions, flush=True)
        lines = list(iter(lambda: self.answers.readline().strip(), ""))
        return Path(lines[0]) if lines else None


@contextmanager
def archive(command: list[str], names: Iterable[str]) -> Iterator[Archive | None]:
    """The archive, or nothing where apt does not reach it.

    apt says why on standard error.
    """
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
                sources = newest_sources(
                    Path(directory, "sources").read_text().splitlines()
                )
                yield Archive(
                    pipes[0], pipes[1], dict(map(str.split, candidates)), sources
                )
            else:
                yield None


def newest_sources(lines: list[str]) -> dict[str, tuple[Version, str]]:
    """Of lines SOURCE VERSION NAME BYTES: the newest version, its smallest package."""
    smallest: dict[str, dict[str, tuple[int, str]]] = {}
    for source, version, name, size in map(str.split, lines):
        versions = smallest.setdefault(source, {})
        versions[version] = min(
            versions.get(version, (int(size), name)), (int(size), name)
        )
    found = {}
    for source, versions in smallest.items():
        newest = (
            max(versions, key=Version) if len(versions) > 1 else next(iter(versions))
        )
        found[source] = Version(newest), versions[newest][1]
    return found


def entries_after(changelog: Changelog, older: Version) -> list[ChangeBlock] | None:
    """The entries after a version; nothing where they do not reach back to it."""
    found: list[ChangeBlock] = []
    for block in changelog:
        if block.version <= older:
            return found
        found.append(block)
    return None


def named_between(changelog: Changelog, older: Version) -> frozenset[str] | None:
    """The CVEs that the entries after a version name.

    Nothing where the entries do not reach back to that version.

    Args:
        changelog: of a newer version, newest entry first.
        older: a version of the source package.
    """
    after = entries_after(changelog, older)
    return None if after is None else named(after)


def named(entries: list[ChangeBlock]) -> frozenset[str]:
    """The CVEs that entries name."""
    return frozenset(
        CVE.findall("\n".join(line for one in entries for line in one.changes()))
    )


def changelog_of(archive: Archive, name: str) -> Changelog | None:
    """Of a package's newest version; some packages have a link to another one's."""
    file = archive.download(name)
    if not file:
        return None
    with DebFile(file) as package:
        if changelog := package.changelog():
            return changelog
        for member in package.data.tgz():
            if (
                member.issym()
                and str(member.name).removeprefix("./") == f"usr/share/doc/{name}"
            ):
                return changelog_of(archive, PurePath(member.linkname).name)
    return None


def check(packages: list[Package], command: list[str]) -> Iterator[Answer]:
    """An answer for each of Debian's packages.

    Args:
        command: archive.sh.
    """
    with archive(command, {package.name for package in packages}) as reached:
        for package in packages:
            if not reached:
                yield Answer(
                    package, State.NOT_CHECKED, "Debian's archive was not reached"
                )
            elif package.kind == LINKED:
                yield linked_answer(package, reached)
            else:
                yield answer(package, reached)


def answer(package: Package, archive: Archive) -> Answer:
    candidate = archive.candidates.get(package.name)
    if not candidate:
        return Answer(
            package, State.NOT_CHECKED, "this machine's archive does not have it"
        )
    if Version(candidate) == Version(package.version):
        return Answer(package, State.NONE_KNOWN)
    if Version(candidate) < Version(package.version):
        return Answer(
            package, State.NOT_CHECKED, f"the archive only has the older {candidate}"
        )
    changelog = changelog_of(archive, package.name)
    named = (
        named_between(changelog, Version(package.source_version)) if changelog else None
    )
    if named is None:
        return Answer(
            package,
            State.NOT_CHECKED,
            f"the changelog of {candidate} does not reach back to it",
        )
    ids = tuple(frozenset([cve]) for cve in sorted(named))
    renewed = f"./nixw relock packages {package.name}"
    if ids:
        return Answer(package, State.FOUND, f"fixed in {candidate}: {renewed}", ids)
    return Answer(package, State.NONE_KNOWN, f"{candidate} is newer: {renewed}")


def linked_answer(package: Package, archive: Archive) -> Answer:
    """Of a source whose code is in others: Debian renews it by building these anew."""
    newest, smallest = archive.sources.get(package.name, (None, ""))
    if not newest:
        return Answer(
            package, State.NOT_CHECKED, "this machine's archive does not have it"
        )
    if newest <= Version(package.version):
        return Answer(package, State.NONE_KNOWN)
    changelog = changelog_of(archive, smallest)
    named = named_between(changelog, Version(package.version)) if changelog else None
    into = f"it is linked into {', '.join(package.into)}"
    if named is None:
        says = f"the changelog of {newest} does not reach back to it; {into}"
        return Answer(package, State.NOT_CHECKED, says)
    if named:
        says = f"fixed in {newest}; {into}, which Debian must build anew"
        ids = tuple(frozenset([cve]) for cve in sorted(named))
        return Answer(package, State.FOUND, says, ids)
    return Answer(package, State.NONE_KNOWN, f"{newest} is newer; {into}")

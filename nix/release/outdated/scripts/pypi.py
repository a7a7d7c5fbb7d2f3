"""PyPI's packages: what the machine's index has, and what the ranges allow of it."""

import hashlib
import io
import json
import logging
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import changelogs
import distribution
import index as advisories
from github import GitHub, changelog_entries
from packages import Package
from pip._internal.commands.download import DownloadCommand
from pip._internal.exceptions import PipError
from pip._vendor.packaging.version import Version
from rows import Row, days_since

LOCK = "python.lock.json"
# OSError is the base of what pip's copy of requests raises.
UNREACHED = (PipError, OSError)
CHANGES = ("changelog", "changes", "release notes", "what's new")


@dataclass(frozen=True)
class Source:
    """What a source distribution tells of itself."""

    changes: tuple[changelogs.Entry, ...]
    links: dict[str, str]  # the project's addresses, by lower-case label


class Index:
    """The index that pip asks, with pip's own settings."""

    def __init__(self, session: Any, finder: Any) -> None:
        self.session, self.finder = session, finder

    def reached(self, name: str) -> bool:
        """Whether an index answers at all."""
        for url in self.finder.search_scope.index_urls:
            try:
                self.session.get(f"{url.rstrip('/')}/{name}/", timeout=20)
                return True
            except UNREACHED:
                continue
        return False

    def files(self, name: str) -> list[Any]:
        """pip's candidates of a package: wheels for this machine's Python, sources."""
        found = self.finder.find_all_candidates(name)
        return [one for one in found if not one.link.is_yanked]

    def source(self, files: list[Any], version: Version) -> Source | None:
        """What the source distribution of a version tells; nothing where there is none.

        Raises:
            ValueError: what arrives is not what the index names.
        """
        for one in files:
            if one.version == version and one.link.filename.endswith(".tar.gz"):
                answer = self.session.get(one.link.url_without_fragment, timeout=60)
                answer.raise_for_status()
                if (
                    hashlib.new(one.link.hash_name, answer.content).hexdigest()
                    != one.link.hash
                ):
                    raise ValueError(
                        f"{one.link.filename} has not the hash that the index names"
                    )
                return read_source(answer.content)
        return None


def newest(files: list[Any], locked: Version) -> Version | None:
    """Of those that have a wheel here; no pre-release unless such a one is locked."""
    versions = [
        one.version
        for one in files
        if one.link.is_wheel and (locked.is_prerelease or not one.version.is_prerelease)
    ]
    return max(versions, default=None)


@contextmanager
def index() -> Iterator[Index]:
    # It repeats itself for each package.
    logging.getLogger("pip").setLevel(logging.CRITICAL)
    command = DownloadCommand("download", "")
    options, _ = command.parse_args(["--retries", "1"])
    with command._build_session(options) as session:
        yield Index(session, command._build_package_finder(options, session))


def read_source(content: bytes) -> Source:
    """Reads texts and runs nothing of what a distribution has."""
    changes: list[changelogs.Entry] = []
    links: dict[str, str] = {}
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive:
            path = member.name.partition("/")[2]
            file = archive.extractfile(member) if member.isfile() else None
            if file and path == "PKG-INFO":
                links = project_links(file.read().decode(errors="replace"))
            elif file and changelogs.is_changelog(path):
                text = file.read().decode(errors="replace")
                changes += changelogs.read(text, changelogs.version_of(path))
    return Source(tuple(changes), links)


def project_links(metadata: str) -> dict[str, str]:
    head = metadata.partition("\n\n")[0].splitlines()
    lines = [
        line.removeprefix("Project-URL: ")
        for line in head
        if line.startswith("Project-URL:")
    ]
    return {
        label.strip().lower(): url.strip()
        for label, _, url in (x.partition(",") for x in lines)
    }


def rows(root: Path, solver: Path, ranges: Path, github: GitHub) -> Iterator[Row]:
    """A row for each package of the lock that is PyPI's; the set's own have no file."""
    entries = json.loads((root / LOCK).read_text())["files"]
    versions = {
        one["name"]: Version(one["version"]) for one in entries if "file" in one
    }
    with index() as asked:
        if asked.reached(next(iter(versions), "pip")):
            solve = partial(distribution.solved, root, solver, ranges)
            yield from asked_rows(asked, versions, solve, github)
        else:
            yield Row(
                "Python", "all packages", "", says="the package index was not reached"
            )


def asked_rows(
    asked: Index,
    versions: dict[str, Version],
    solve: Callable[[], dict[str, str] | None],
    github: GitHub,
) -> Iterator[Row]:
    """A row for each locked version, from an index that answers."""
    files = {name: asked.files(name) for name in versions}
    tops = {name: newest(files[name], version) for name, version in versions.items()}
    moved = {name for name, top in tops.items() if top and top > versions[name]}
    solved = solve() if moved else {}
    known = known_of({name: str(versions[name]) for name in moved})
    for name, version in versions.items():
        row = Row("Python", name, str(version), age=age(files[name], version))
        if name in moved:
            row = row.replace(newest=str(tops[name]), security=known[name])
            yield behind(row, solved, asked, files[name], github)
        else:
            top = str(version) if tops[name] else ""
            says = "" if top else "the index has no wheel of it"
            yield row.replace(newest=top, allowed=top, says=says)


def known_of(locked: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """The vulnerabilities of locked versions that the index knows, a line for each."""
    found: dict[str, tuple[str, ...]] = {}
    for answer in advisories.check([Package(*one, "pypi") for one in locked.items()]):
        names = ", ".join(sorted({min(ids) for ids in answer.ids}))
        line = f"{answer.package.version}: the index knows of {names}"
        found[answer.package.name] = (line,) if names else ()
    return found


def age(files: list[Any], version: Version) -> int | None:
    """Days since the index has a version, where it tells."""
    times = [one.link.upload_time for one in files if one.version == version]
    return days_since(min((one for one in times if one), default=None))


def behind(
    row: Row,
    solved: dict[str, str] | None,
    asked: Index,
    files: list[Any],
    github: GitHub,
) -> Row:
    """The row of a package that has a newer version.

    `security` is what the index knows.
    """
    security, says = since(row, asked, files, github)
    allowed = (solved or {}).get(row.name, row.locked if solved else "")
    if solved is None:
        says.insert(0, "pip finds nothing that the ranges allow")
    elif allowed == row.locked:
        says.insert(0, "the ranges allow nothing newer")
    else:
        says.insert(0, f"./nixw relock wheels {row.name}")
    security = [*row.security, *security]
    return row.replace(allowed=allowed, security=tuple(security), says="; ".join(says))


def since(
    row: Row, asked: Index, files: list[Any], github: GitHub
) -> tuple[list[str], list[str]]:
    """What is told of security since the locked version, and what could not be read."""
    older, newer = Version(row.locked), Version(row.newest)
    try:
        source = asked.source(files, newer)
    except (ValueError, tarfile.TarError, *UNREACHED) as error:
        return [], [f"its source could not be read: {error}"]
    if not source:
        return [], ["it has no source"]
    changes = source.changes or tuple(
        changelog_entries(github.releases(repository(source.links)))
    )
    lines = changelogs.between(changes, older, newer)
    if any(version == newer for version, _ in changes):
        return lines, []
    where = next(
        (source.links[label] for label in CHANGES if label in source.links), ""
    )
    fault = "its changelog ends before" if changes else "its source has no changelog"
    says = [f"{fault}: {where}" if where else fault]
    return lines, says if source.changes or not github.fault else [*says, github.fault]


def repository(links: dict[str, str]) -> str:
    """OWNER/NAME at GitHub, of a project's addresses; nothing where it has none."""
    found = re.search(r"//github\.com/([\w.-]+/[\w.-]+)", "\n".join(links.values()))
    return found[1].removesuffix(".git") if found else ""

"""What GitHub has newer: the inputs of flake.lock and the actions of the workflows."""

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import changelogs
import requests
from pip._vendor.packaging.version import InvalidVersion, Version
from rows import Row, days_since

USES = re.compile(r"uses:\s*([\w.-]+/[\w.-]+)[\w./-]*@(\S+)(?:\s*#\s*(\S+))?")
# A library of JavaScript names itself so.
COPIED = re.compile(r"/\*! https://github\.com/([\w.-]+/[\w.-]+) \(v([\d.]+)\)")
NOT_REACHED = "GitHub was not reached"


class GitHub:
    """GitHub's REST API.

    A runner names its address, and a workflow a token, with which it may ask more.
    """

    def __init__(self) -> None:
        self.address = os.environ.get("GITHUB_API_URL", "https://api.github.com")
        self.session = requests.Session()
        if token := os.environ.get("GITHUB_TOKEN"):
            self.session.headers["Authorization"] = f"Bearer {token}"
        self.fault = ""  # why nothing more is asked

    def get(self, path: str) -> Any:
        """A document, or nothing; then `fault` may say why."""
        if self.fault:
            return None
        try:
            answer = self.session.get(f"{self.address}/repos/{path}", timeout=20)
            if answer.status_code == requests.codes.not_found:
                return None
            answer.raise_for_status()
            return answer.json()
        except requests.HTTPError as error:
            self.fault = f"GitHub answers {error.response.status_code}"
        except (requests.RequestException, ValueError):
            self.fault = NOT_REACHED
        return None

    def releases(self, repository: str) -> dict[Version, dict[str, Any]]:
        """A project's releases by version, without drafts and pre-releases."""
        found = {}
        answer = self.get(f"{repository}/releases?per_page=100") if repository else None
        for release in answer or []:
            version = version_of(release["tag_name"])
            if version and not release["draft"] and not release["prerelease"]:
                found[version] = release
        return found


def version_of(tag: str) -> Version | None:
    try:
        return Version(tag)
    except InvalidVersion:
        return None


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def changelog_entries(
    releases: dict[Version, dict[str, Any]],
) -> list[changelogs.Entry]:
    """The notes of releases, as changelogs."""
    return [
        one
        for version, release in releases.items()
        for one in changelogs.read(release["body"] or "", version)
    ]


def input_rows(root: Path, github: GitHub) -> Iterator[Row]:
    """A row for nixpkgs and, in a team's tree, for the template."""
    lock = json.loads((root / "flake.lock").read_text())
    for name in ("nixpkgs", "template"):
        if name in lock["nodes"][lock["root"]]["inputs"]:
            yield input_row(
                name, lock["nodes"][node(lock, lock["root"], [name])], github
            )


def node(lock: dict[str, Any], start: str, path: list[str]) -> str:
    """The node that inputs lead to; an input may be a list, which follows others."""
    for name in path:
        found = lock["nodes"][start]["inputs"][name]
        start = node(lock, lock["root"], found) if isinstance(found, list) else found
    return start


def input_row(name: str, found: dict[str, Any], github: GitHub) -> Row:
    """A row of a node of flake.lock, whose versions are commits."""
    pinned, asked = found["locked"], found.get("original", {})
    age = days_since(datetime.fromtimestamp(pinned.get("lastModified", 0), UTC))
    row = Row("flake.lock", name, pinned.get("rev", pinned["type"])[:12], age=age)
    if pinned["type"] != "github":
        return row.replace(
            says=f"an input of the type {pinned['type']} is not asked for"
        )
    repository, reference = (
        f"{pinned['owner']}/{pinned['repo']}",
        asked.get("ref", "HEAD"),
    )
    newest = github.get(f"{repository}/commits/{reference}")
    if not newest:
        return row.replace(
            says=github.fault or f"GitHub has no {repository} {reference}"
        )
    date = newest["commit"]["committer"]["date"][:10]
    sha = newest["sha"][:12]
    return row.replace(
        newest=sha, allowed=sha, says=f"of {date}: ./nixw flake update {name}"
    )


def action_rows(root: Path, github: GitHub) -> Iterator[Row]:
    """A row for each action and version that a workflow names."""
    used: dict[tuple[str, str], None] = {}
    for file in sorted((root / ".github/workflows").glob("*.y*ml")):
        for name, reference, comment in USES.findall(file.read_text()):
            used[name, comment or reference] = None
    says = "dependabot proposes it, or the template's next version has it"
    for name, version in sorted(used):
        yield release_row(Row("action", name, version), says, github)


def copy_rows(root: Path, github: GitHub) -> Iterator[Row]:
    """A row for each library of JavaScript that the tree has a copy of."""
    for file in sorted(root.glob("nix/images/*/assets/*.js")):
        says = f"copy its dist/ into {file.parent.relative_to(root)}, with its hashes"
        for name, version in COPIED.findall(file.read_text()):
            yield release_row(Row("copy", name, version), says, github)


def release_row(row: Row, says: str, github: GitHub) -> Row:
    """The row of a version, with the newest release; `says` tells how to take that."""
    name, version = row.name, row.locked
    releases = github.releases(name)
    locked = version_of(version)
    if not releases or not locked:
        return row.replace(
            says=github.fault or "its releases have no version to compare"
        )
    newest = max(releases)
    if newest <= locked:
        return row.replace(newest=version, allowed=version)
    tag = releases[newest]["tag_name"]
    published = releases[locked]["published_at"] if locked in releases else None
    return row.replace(
        newest=tag,
        allowed=tag,
        age=days_since(moment(published)) if published else None,
        security=tuple(changelogs.between(changelog_entries(releases), locked, newest)),
        says=says,
    )

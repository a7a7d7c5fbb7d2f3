"""The packages that SBOMs name, and what can be told of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from packageurl import PackageURL

# What an SBOM's type of component is no package.
NOT_PACKAGES = ("application", "operating-system")

# Kinds of what is no package of an image by itself.
LINKED = "linked"  # a source, in a deb
INSIDE = "inside"


class State(StrEnum):
    """The worst first."""

    FOUND = "found"
    NOT_CHECKED = "not checked"
    ACCEPTED = "accepted"
    NONE_KNOWN = "none known"


@dataclass(frozen=True, order=True)
class Package:
    """One version of a package, and the images that have it."""

    name: str
    version: str
    kind: str  # the type of its package URL, or nothing; or one of those above
    source: str = ""  # the source package of a deb
    source_version: str = ""
    images: tuple[str, ...] = ()
    into: tuple[str, ...] = ()  # the debs that a source is linked into


@dataclass(frozen=True)
class Answer:
    """What is known of a package: ids of vulnerabilities, each with its other names."""

    package: Package
    state: State
    says: str = ""
    ids: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True)
class Shipped:
    packages: list[Package]
    # Sources that are linked into debs.
    linked: list[Package]
    # What else is inside of other packages: nobody tells of these by a version.
    inside: int


def read(folder: Path) -> Shipped:
    """Of all documents NAME.cdx.json in a folder.

    Raises:
        ValueError: the folder has none, or one that is not CycloneDX's.
    """
    images: dict[Package, set[str]] = {}
    into: dict[Package, set[str]] = {}
    inside = set()
    files = sorted(folder.glob("*.cdx.json"))
    if not files:
        raise ValueError(f"{folder} has no SBOM (NAME.cdx.json).")
    for file in files:
        for one, holders in described(file):
            if one.kind != INSIDE:
                images.setdefault(one, set()).add(file.name.removesuffix(".cdx.json"))
            if one.kind == LINKED:
                into.setdefault(one, set()).update(holders)
            elif one.kind == INSIDE:
                inside.add((one.name, one.version))
    found = sorted(
        replace(one, images=tuple(sorted(have)), into=tuple(sorted(into.get(one, ()))))
        for one, have in images.items()
    )
    linked = [one for one in found if one.kind == LINKED]
    return Shipped([one for one in found if one.kind != LINKED], linked, len(inside))


def described(file: Path) -> Iterator[tuple[Package, set[str]]]:
    """Each package of a document, and the names of those that it is inside of."""
    document = parse(file)
    names = {
        one["bom-ref"]: one["name"]
        for one in document["components"]
        if "bom-ref" in one
    }
    holders: dict[str, set[str]] = {}
    for entry in document.get("dependencies", []):
        for inner in entry.get("dependsOn", []):
            holders.setdefault(inner, set()).update(
                {names.get(entry["ref"], "")} - {""}
            )
    for component in document["components"]:
        if component["type"] not in NOT_PACKAGES:
            purl = (
                PackageURL.from_string(component["purl"])
                if "purl" in component
                else None
            )
            yield (
                package(component, purl),
                holders.get(component.get("bom-ref", ""), set()),
            )


def parse(file: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(file.read_text())
        [one["type"] for one in document["components"]]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{file} is no SBOM of CycloneDX: {error!r}.") from error
    return document


def is_package(component: dict[str, Any]) -> bool:
    """Whether it is in the image itself, copied into the service's files, or PyPI's."""
    properties = {one["name"] for one in component.get("properties", [])}
    return bool(properties & {"nix:store-path", "nix:copied"}) or component.get(
        "purl", ""
    ).startswith("pkg:pypi/")


def kind_of(component: dict[str, Any], purl: PackageURL | None) -> str:
    if is_package(component):
        return purl.type if purl else ""
    is_source = purl and purl.type == "deb" and purl.qualifiers.get("arch") == "source"
    return LINKED if is_source else INSIDE


def package(component: dict[str, Any], purl: PackageURL | None) -> Package:
    upstream = purl.qualifiers.get("upstream", "") if purl else ""
    source, _, version = upstream.partition("@")
    kind = kind_of(component, purl)
    return Package(component["name"], component["version"], kind, source, version)

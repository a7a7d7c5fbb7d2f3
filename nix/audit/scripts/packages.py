"""The packages that SBOMs name, and what can be told of them."""

import json
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from packageurl import PackageURL

# What an SBOM's type of component is no package.
NOT_PACKAGES = ("application", "operating-system")


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
    kind: str  # the type of its package URL, or nothing
    source: str = ""  # Debian's source package
    source_version: str = ""
    images: tuple[str, ...] = ()


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
    # What is inside of other packages, linked or bundled: nobody tells of these by a version.
    inside: int


def read(folder: Path) -> Shipped:
    """Of all documents NAME.cdx.json in a folder.

    Raises:
        ValueError: the folder has none, or one that is not CycloneDX's.
    """
    images: dict[Package, set[str]] = {}
    inside = set()
    files = sorted(folder.glob("*.cdx.json"))
    if not files:
        raise ValueError(f"{folder} has no SBOM (NAME.cdx.json).")
    for file in files:
        for component in components(file):
            purl = PackageURL.from_string(component["purl"]) if "purl" in component else None
            if is_package(component):
                images.setdefault(package(component, purl), set()).add(
                    file.name.removesuffix(".cdx.json")
                )
            else:
                inside.add((component["name"], component["version"]))
    packages = [replace(one, images=tuple(sorted(have))) for one, have in images.items()]
    return Shipped(sorted(packages), len(inside))


def components(file: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(file.read_text())
        found = [one for one in document["components"] if one["type"] not in NOT_PACKAGES]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{file} is no SBOM of CycloneDX: {error!r}.") from error
    return found


def is_package(component: dict[str, Any]) -> bool:
    """Whether it is in the image by itself, or copied into the service's files, from PyPI."""
    properties = {one["name"] for one in component.get("properties", [])}
    return bool(properties & {"nix:store-path", "nix:copied"}) or component.get(
        "purl", ""
    ).startswith("pkg:pypi/")


def package(component: dict[str, Any], purl: PackageURL | None) -> Package:
    upstream = purl.qualifiers.get("upstream", "") if purl else ""
    source, _, version = upstream.partition("@")
    return Package(
        component["name"], component["version"], purl.type if purl else "", source, version
    )

"""What a store path holds, as CycloneDX's components."""

import base64
import re
from pathlib import Path
from typing import Any

from bundled import libraries
from cyclonedx.model import (
    ExternalReference,
    ExternalReferenceType,
    HashAlgorithm,
    HashType,
    Property,
    XsUri,
)
from cyclonedx.model.component import Component, ComponentType
from debian.debian_support import Version
from licences import declared, of_debian, of_python
from packageurl import PackageURL

type Document = dict[str, Any]

STORE_PATH = "nix:store-path"


def describe(path: Path, known: dict[str, Document | None]) -> list[Component]:
    """The components that a path holds: what it is for, what is beside that and inside it.

    Args:
        path: in the store.
        known: by paths, what the package set tells of them (known.nix), or nothing where the
            service made them.

    Returns:
        Nothing where the path is the service's own.
    """
    told = known.get(str(path), parse(path.name))
    if not told:
        return []
    packaged = [
        purl
        for purl in map(PackageURL.from_string, told["purls"])
        if purl.type == "deb" or purl.type == "pypi"
    ]
    found = [of_package(purl, path) for purl in packaged] or [of_told(told)]
    own = [component for component in found if not is_linked(component)]
    for component, file in zip(own, told["files"], strict=False):
        if file:
            component.external_references.update(downloads(file))
    for component in own:
        component.properties.add(Property(name=STORE_PATH, value=str(path)))
    return [*found, *libraries(path)]


def is_linked(component: Component) -> bool:
    """Whether it is a source package of Debian, which is inside of another package's programs."""
    purl = component.purl
    return bool(purl and purl.type == "deb" and purl.qualifiers["arch"] == "source")


def parse(name: str) -> Document | None:
    """Name and version of a store path's name, where it has a version, as Nix tells them apart."""
    found = re.fullmatch(r"[a-z0-9]{32}-(.+?)-([0-9].*)", name)
    if not found:
        return None
    return {
        "name": found[1],
        "version": found[2],
        "purls": [],
        "licenses": [],
        "homepage": None,
        "files": [],
    }


def of_package(purl: PackageURL, path: Path) -> Component:
    """A package of Debian or PyPI, or a source package of Debian that is linked into one."""
    component = Component(
        type=ComponentType.LIBRARY,
        name=purl.name,
        version=purl.version,
        purl=purl,
        bom_ref=str(purl),
    )
    if purl.type == "pypi":
        component.licenses.update(of_python(path, purl.name))
    elif purl.qualifiers["arch"] != "source":
        component.licenses.update(of_debian(path, purl.name))
        component.properties.update(for_trivy(purl.qualifiers["upstream"]))
    return component


def for_trivy(upstream: str) -> list[Property]:
    """Trivy looks up advisories by the source package, and finds it in properties of its own."""
    name, _, text = upstream.partition("@")
    version = Version(text)
    values = {
        "SrcName": name,
        "SrcEpoch": version.epoch,
        "SrcVersion": version.upstream_version,
        "SrcRelease": version.debian_revision,
    }
    return [
        Property(name=f"aquasecurity:trivy:{key}", value=value)
        for key, value in values.items()
        if value
    ]


def of_told(told: Document) -> Component:
    """A package as its set or its name tell of it."""
    component = Component(
        type=ComponentType.LIBRARY,
        name=told["name"],
        version=told["version"],
        bom_ref=f"{told['name']}@{told['version']}",
        licenses=declared(told["licenses"]),
    )
    if told["purls"]:
        component.purl = PackageURL.from_string(told["purls"][0])
    if told["homepage"]:
        component.external_references.add(
            ExternalReference(type=ExternalReferenceType.WEBSITE, url=XsUri(told["homepage"]))
        )
    return component


def downloads(file: Document) -> list[ExternalReference]:
    """Where its source is, or the name of the file that it was made of."""
    digest = as_hexadecimal(file["hash"] or "")
    return [
        ExternalReference(
            type=ExternalReferenceType.DISTRIBUTION,
            url=XsUri(address),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)] if digest else [],
        )
        for address in file["urls"][:1] or [file["name"]]
    ]


def as_hexadecimal(digest: str) -> str:
    """A SHA-256 as Nix writes it, or nothing where it is another hash."""
    if digest.startswith("sha256-"):
        return base64.b64decode(digest.removeprefix("sha256-")).hex()
    return digest if re.fullmatch("[0-9a-f]{64}", digest) else ""

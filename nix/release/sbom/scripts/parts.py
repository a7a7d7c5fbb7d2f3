"""What a store path holds, as CycloneDX's components."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import debs
import licences
import suppliers
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
from packageurl import PackageURL
from packaging.metadata import RawMetadata

type Document = dict[str, Any]

PACKAGED = ("deb", "pypi")


@dataclass
class Parts:
    """What a path holds: the packages it was made of, and what was inside already."""

    packages: list[Component]
    inside: list[Component]

    @property
    def all(self) -> list[Component]:
        return [*self.packages, *self.inside]


def describe(
    path: Path, known: dict[str, Document | None], without: Sequence[str] = ()
) -> Parts:
    """The components that a path holds; no packages where it is the service's own.

    Args:
        path: in the store.
        known: by paths, what the package set says of them (known.nix), or nothing where
            the service made them.
        without: patterns of what the image has not of it.
    """
    description = known.get(str(path), parse(path.name))
    if not description:
        return Parts([], libraries(path, without))
    purls = [PackageURL.from_string(purl) for purl in description["purls"]]
    sources = [purl for purl in purls if is_source(purl)]
    packages = [
        of_package(purl, path)
        for purl in purls
        if purl.type in PACKAGED and not is_source(purl)
    ] or [of_description(description, path)]
    for component, file in zip(packages, description["files"], strict=False):
        if file:
            component.external_references.update(references := downloads(file))
            # What nixpkgs has is a source, and not what the component is.
            if component.purl and component.purl.type in PACKAGED:
                component.hashes.update(one for it in references for one in it.hashes)
    return Parts(packages, [*map(of, sources), *libraries(path, without)])


def is_source(purl: PackageURL) -> bool:
    """Whether it is of the source of a deb, which is linked into programs."""
    return (purl.type, purl.qualifiers.get("arch")) == ("deb", "source")


def parse(name: str) -> Document | None:
    """Name and version in a store path's name, if it has one, as Nix separates them."""
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


def of(purl: PackageURL) -> Component:
    component = Component(
        type=ComponentType.LIBRARY,
        name=purl.name,
        version=purl.version,
        purl=purl,
        bom_ref=str(purl),
    )
    if purl.type == "deb" and purl.namespace:
        component.supplier = suppliers.named(purl.namespace.capitalize())
    return component


def of_package(purl: PackageURL, path: Path) -> Component:
    """A deb or a package of PyPI."""
    component = of(purl)
    if purl.type == "pypi":
        add_stated(component, licences.stated_of(path, purl.name))
    else:
        component.licenses.update(licences.of(debs.licences(path, purl.name)))
        component.properties.update(
            Property(name=name, value=value)
            for name, value in debs.properties(purl.qualifiers["upstream"]).items()
        )
    return component


def add_stated(component: Component, stated: RawMetadata) -> None:
    """What a distribution of Python says of itself."""
    component.licenses = component.licenses or licences.of_python(stated)
    component.supplier = suppliers.named(
        stated.get("maintainer"),
        stated.get("maintainer_email"),
        stated.get("author"),
        stated.get("author_email"),
    )


def of_description(description: Document, path: Path) -> Component:
    """A package as its set or its name tell of it."""
    component = Component(
        type=ComponentType.LIBRARY,
        name=description["name"],
        version=description["version"],
        bom_ref=f"{description['name']}@{description['version']}",
        licenses=licences.of(set(description["licenses"]) - {"unknown"}),
    )
    if description["purls"]:
        component.purl = PackageURL.from_string(description["purls"][0])
    if stated := licences.stated_of(path, description["name"]):
        component.purl = component.purl or PackageURL(
            "pypi", name=description["name"], version=description["version"]
        )
        add_stated(component, stated)
    homepages = (
        [description["homepage"]]
        if isinstance(description["homepage"], str)
        else description["homepage"]
    )
    component.external_references.update(
        ExternalReference(type=ExternalReferenceType.WEBSITE, url=XsUri(address))
        for address in homepages or []
    )
    return component


def downloads(file: Document) -> list[ExternalReference]:
    """Where its source is, or the name of the file that it was made of."""
    digest = as_hexadecimal(file["hash"] or "")
    return [
        ExternalReference(
            type=ExternalReferenceType.DISTRIBUTION,
            url=XsUri(address),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)]
            if digest
            else [],
        )
        for address in file["urls"][:1] or [file["name"]]
    ]


def as_hexadecimal(digest: str) -> str:
    """A SHA-256 as Nix writes it, or nothing where it is another hash."""
    if digest.startswith("sha256-"):
        return base64.b64decode(digest.removeprefix("sha256-")).hex()
    return digest if re.fullmatch("[0-9a-f]{64}", digest) else ""

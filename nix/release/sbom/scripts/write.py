"""Write an image's SBOM: CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/.

Run by document.nix, which says what the attributes are. The same attributes give the
same bytes. The check `images` validates them: that takes longer than to write them.
"""

import json
import os
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL
from parts import describe

type Document = dict[str, Any]

COPIED = "nix:copied"
STORE_PATH = "nix:store-path"
CREATED = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)  # the images' own


def image_of(layout: Path, service: Document) -> Component:
    """What the document is about: the image, by its digest."""
    (described,) = json.loads((layout / "index.json").read_text())["manifests"]
    platform, name = (
        described["platform"],
        described["annotations"]["io.containerd.image.name"],
    )
    repository = name.removeprefix("docker.io/library/").partition(":")[0]
    qualifiers = {"arch": platform["architecture"]}
    purl = PackageURL(
        "oci", name=repository, version=described["digest"], qualifiers=qualifiers
    )
    return Component(
        type=ComponentType.CONTAINER,
        name=repository,
        version=described["digest"],
        purl=purl,
        bom_ref=str(purl),
        properties=[Property(name="version", value=service["version"])],
    )


def service_of(service: Document) -> Component:
    """The service's own code and configuration, and the template's."""
    component = Component(
        type=ComponentType.APPLICATION,
        name=service["name"],
        version=service["version"],
        bom_ref="service",
    )
    if service["license"]:
        component.licenses.add(LicenseFactory().make_from_string(service["license"]))
    if service["repository"]:
        component.external_references.add(
            ExternalReference(
                type=ExternalReferenceType.VCS, url=XsUri(service["repository"])
            )
        )
    return component


def system_of(components: Iterable[Component]) -> list[Component]:
    """The distributions of debs: scanners look there which advisories are for them."""
    releases = {
        component.purl.qualifiers["distro"]
        for component in components
        if component.purl and component.purl.type == "deb"
    }
    return [
        Component(
            type=ComponentType.OPERATING_SYSTEM,
            name=name,
            version=version,
            bom_ref=release,
        )
        for release in sorted(releases)
        for name, version in [release.split("-")]
    ]


class Contents:
    """The store paths of an image, and the components of each, the main one first."""

    def __init__(self, attributes: Document) -> None:
        self.references = {
            entry["path"]: entry["references"] for entry in attributes["closure"]
        }
        self.roots = self.references.pop(attributes["contents"])
        self.known = json.loads(Path(attributes["known"]).read_text())
        self.service = service_of(attributes["service"])
        self.components: dict[str, Component] = {}
        self.parts = {path: self.parts_of(path) for path in sorted(self.references)}
        self.copies = [
            self.merged(component)
            for path in attributes["copies"]
            for component in describe(Path(path), self.known).all
        ]
        for component in self.copies:
            component.properties.add(Property(name=COPIED, value="true"))

    def parts_of(self, path: str) -> list[Component]:
        described = describe(Path(path), self.known)
        if not described.packages:
            described.packages.append(self.service)
        for component in described.packages:
            component.properties.add(Property(name=STORE_PATH, value=path))
        return [self.merged(component) for component in described.all]

    def merged(self, component: Component) -> Component:
        """The component, or the one that another path has of the same."""
        first = self.components.setdefault(component.bom_ref.value or "", component)
        first.properties |= component.properties
        return first


def make(attributes: Document) -> Bom:
    image = image_of(Path(attributes["layout"]), attributes["service"])
    contents = Contents(attributes)
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, str(image.purl)))
    bom.metadata.timestamp = CREATED
    bom.metadata.component = image
    bom.metadata.properties.add(
        Property(name="package-set", value=attributes["packageSetName"])
    )
    bom.components.update(contents.components.values())
    bom.components.update(system_of(contents.components.values()))
    bom.register_dependency(image, {contents.parts[path][0] for path in contents.roots})
    bom.register_dependency(contents.service, contents.copies)
    for path, (first, *others) in contents.parts.items():
        needed = {contents.parts[other][0] for other in contents.references[path]}
        bom.register_dependency(first, (needed | set(others)) - {first})
    return bom


def main() -> None:
    attributes = json.loads(Path(os.environ["NIX_ATTRS_JSON_FILE"]).read_text())
    outputter = make_outputter(make(attributes), OutputFormat.JSON, SchemaVersion.V1_6)
    document = outputter.output_as_string(indent=1)
    Path(attributes["outputs"]["out"]).write_text(document + "\n")


if __name__ == "__main__":
    main()

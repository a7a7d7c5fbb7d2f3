"""Write an image's SBOM: CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/.

Run by document.nix, which says what the attributes are. The same attributes give the
same bytes. The check `images` validates them: that takes longer than to write them.
"""

import json
import os
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import licences
import suppliers
from cyclonedx.model import ExternalReference, ExternalReferenceType, Property, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.contact import OrganizationalContact, OrganizationalEntity
from cyclonedx.model.lifecycle import LifecyclePhase, PredefinedLifecycle
from cyclonedx.model.tool import ToolRepository
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
        supplier=supplier_of(service),
        properties=[Property(name="version", value=service["version"])],
    )


def supplier_of(service: Document) -> OrganizationalEntity | None:
    """The authors that pyproject.toml names, as one."""
    names = [one.get("name") or one["email"] for one in service["authors"]]
    return suppliers.named(", ".join(names))


def metadata_of(image: Component, attributes: Document) -> BomMetaData:
    """Who made the document, with what, and what it is about."""
    service = attributes["service"]
    library = "cyclonedx-python-lib"
    tools = {
        library: version(library),
        # The folder of this file: its name in the store tells what it holds.
        "nix/release/sbom": Path(__file__).parent.name.partition("-")[0],
    }
    return BomMetaData(
        timestamp=CREATED,
        lifecycles=[PredefinedLifecycle(phase=LifecyclePhase.BUILD)],
        tools=ToolRepository(
            components=[
                Component(type=ComponentType.APPLICATION, name=name, version=number)
                for name, number in tools.items()
            ]
        ),
        authors=[OrganizationalContact(**one) for one in service["authors"]],
        manufacturer=supplier_of(service),
        supplier=supplier_of(service),
        component=image,
        properties=[Property(name="package-set", value=attributes["packageSetName"])],
    )


def service_of(service: Document) -> Component:
    """The service's own code and configuration, and the template's."""
    component = Component(
        type=ComponentType.APPLICATION,
        name=service["name"],
        version=service["version"],
        bom_ref="service",
        supplier=supplier_of(service),
        licenses=licences.of(filter(None, [service["license"]])),
    )
    if service["repository"]:
        component.external_references.add(
            ExternalReference(
                type=ExternalReferenceType.VCS, url=XsUri(service["repository"])
            )
        )
    return component


def systems_of(components: Iterable[Component]) -> dict[Component, list[Component]]:
    """The distributions of debs, and their debs.

    Scanners look there which advisories are for them.
    """
    found: dict[str, list[Component]] = {}
    for component in components:
        if component.purl and component.purl.type == "deb" and component.properties:
            found.setdefault(component.purl.qualifiers["distro"], []).append(component)
    return {system_of(release): debs for release, debs in sorted(found.items())}


def system_of(release: str) -> Component:
    name, version = release.split("-")
    return Component(
        type=ComponentType.OPERATING_SYSTEM,
        name=name,
        version=version,
        bom_ref=release,
        supplier=suppliers.named(name.capitalize()),
    )


class Contents:
    """The store paths of an image, and the components of each, the main one first."""

    def __init__(self, attributes: Document) -> None:
        self.references = {
            entry["path"]: entry["references"] for entry in attributes["closure"]
        }
        self.roots = self.references.pop(attributes["contents"])
        self.known = json.loads(Path(attributes["known"]).read_text())
        self.without = self.left_out(attributes["parts"])
        self.service = service_of(attributes["service"])
        self.components: dict[str, Component] = {}
        self.parts = {path: self.parts_of(path) for path in sorted(self.references)}
        self.copies = [
            self.merged(component)
            for path in attributes["copies"]
            for component in describe(Path(path), self.known).packages
        ]
        for component in self.copies:
            component.properties.add(Property(name=COPIED, value="true"))

    def left_out(self, layers: list[Document]) -> dict[str, list[str]]:
        """By paths, what the layer that has it leaves out, from the lowest layer on."""
        found: dict[str, list[str]] = {}
        for layer in layers:
            paths = set(layer["paths"]) - found.keys()
            while paths:
                found.update(dict.fromkeys(paths, layer["without"]))
                below = set().union(*(self.references[path] for path in paths))
                paths = below - found.keys()
        return found

    def parts_of(self, path: str) -> list[Component]:
        described = describe(Path(path), self.known, self.without.get(path, ()))
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
    bom = Bom(
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, str(image.purl)),
        metadata=metadata_of(image, attributes),
    )
    bom.components.update(contents.components.values())
    systems = systems_of(contents.components.values())
    bom.components.update(systems)
    for system, debs in systems.items():
        bom.register_dependency(system, debs)
    roots = [contents.parts[path][0] for path in contents.roots]
    bom.register_dependency(image, {*roots, *systems})
    bom.register_dependency(contents.service, contents.copies)
    for path, (first, *others) in contents.parts.items():
        needed = {contents.parts[other][0] for other in contents.references[path]}
        bom.register_dependency(first, (needed | set(others)) - {first})
    return bom


def compositions_of(document: Document) -> list[Document]:
    """How complete it is; the library has no words for that.

    The packages of an image are all there, as the check `images` compares them. What a
    package has inside is known as far as somebody says it, so never wholly.
    """
    image = document["metadata"]["component"]["bom-ref"]
    inside = {one["bom-ref"] for one in document["components"] if is_inside(one)}
    holders = {
        entry["ref"]
        for entry in document["dependencies"]
        if not inside.isdisjoint(entry.get("dependsOn", []))
    }
    others = {one["bom-ref"] for one in document["components"]} - holders
    stated = {"complete": {image}, "incomplete": holders, "unknown": others}
    return [
        {"aggregate": aggregate, "assemblies": sorted(references)}
        for aggregate, references in stated.items()
    ]


def is_inside(component: Document) -> bool:
    """Whether it is no package of the image by itself."""
    names = {one["name"] for one in component.get("properties", [])}
    return component["type"] == "library" and not names & {STORE_PATH, COPIED}


def main() -> None:
    attributes = json.loads(Path(os.environ["NIX_ATTRS_JSON_FILE"]).read_text())
    outputter = make_outputter(make(attributes), OutputFormat.JSON, SchemaVersion.V1_6)
    document = json.loads(outputter.output_as_string())
    document["compositions"] = compositions_of(document)
    text = json.dumps(document, indent=1)
    Path(attributes["outputs"]["out"]).write_text(text + "\n")


if __name__ == "__main__":
    main()

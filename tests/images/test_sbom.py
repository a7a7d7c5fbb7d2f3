"""Each image's SBOM names what is in the image's layers."""

import gzip
import json
import os
import re
from collections.abc import Iterator
from email.parser import BytesParser
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.spdx import is_supported_id
from cyclonedx.validation.json import JsonStrictValidator
from license_expression import get_spdx_licensing
from packageurl import PackageURL

from support.images import NAMES, Image

SBOMS = Path(os.environ["sboms"])
VALIDATOR = JsonStrictValidator(SchemaVersion.V1_6)
STORE = Path("nix/store")


class Sbom:
    def __init__(self, image: Image) -> None:
        self.document = json.loads((SBOMS / f"{image.name}.cdx.json").read_text())
        self.components = self.document["components"]
        self.dependencies = {
            entry["ref"]: set(entry.get("dependsOn", []))
            for entry in self.document["dependencies"]
        }

    def holding(self, path: str) -> list[dict]:
        """The components that are said to be in a store path."""
        return [
            one for one in self.components if path in properties(one, "nix:store-path")
        ]


def properties(component: dict, name: str) -> set[str]:
    return {
        one["value"] for one in component.get("properties", []) if one["name"] == name
    }


@pytest.fixture(scope="module")
def documents(images) -> dict[str, Sbom]:
    return {name: Sbom(image) for name, image in images.items()}


@pytest.fixture
def sbom(image: Image, documents) -> Sbom:
    return documents[image.name]


def store_paths(image: Image) -> set[str]:
    """Those that the layers hold."""
    return {f"/{STORE / path.name}" for path in (image.root / STORE).iterdir()}


def files(image: Image, pattern: str) -> Iterator[tuple[str, Path]]:
    """The matches in every store path, each with its store path; not through links."""
    store = (image.root / STORE).resolve()
    for file in store.glob(f"*/{pattern}"):
        if file.is_file() and file.resolve() == file:
            yield f"/{STORE / file.relative_to(store).parts[0]}", file


def test_there_is_one_for_each_image():
    assert {file.name for file in SBOMS.iterdir()} == {
        f"{name}.cdx.json" for name in NAMES
    }


def test_it_is_valid(image: Image):
    document = (SBOMS / f"{image.name}.cdx.json").read_text()
    assert VALIDATOR.validate_str(document) is None


def test_it_is_of_this_image(image: Image, sbom: Sbom):
    (described,) = image.index["manifests"]
    assert sbom.document["metadata"]["component"]["version"] == described["digest"]


def test_it_names_the_package_set(sbom: Sbom):
    assert properties(sbom.document["metadata"], "package-set") == {
        os.environ["packages"]
    }


def test_it_tells_who_supplies_the_image_and_what_wrote_it(sbom: Sbom):
    authors = json.loads(os.environ["authors"])
    metadata = sbom.document["metadata"]
    supplier = {"name": ", ".join(authors)} if authors else None
    assert metadata.get("supplier") == supplier
    assert metadata.get("manufacturer") == supplier
    assert metadata["component"].get("supplier") == supplier
    named = [one.get("name") or one["email"] for one in metadata.get("authors", [])]
    assert sorted(named) == sorted(authors)
    tools = metadata["tools"]["components"]
    assert "cyclonedx-python-lib" in {one["name"] for one in tools}
    assert all(one["version"] for one in tools)


def test_it_says_what_of_it_is_complete(sbom: Sbom):
    stated = {
        one["aggregate"]: one["assemblies"] for one in sbom.document["compositions"]
    }
    image = sbom.document["metadata"]["component"]["bom-ref"]
    assert stated["complete"] == [image]
    rest = [*stated["incomplete"], *stated["unknown"]]
    assert sorted(rest) == sorted(one["bom-ref"] for one in sbom.components)


def test_every_licence_is_one_that_policies_can_name(sbom: Sbom):
    """By SPDX's id, or in an expression of these and of references."""
    licensing = get_spdx_licensing()
    exceptions = {
        key for key, one in licensing.known_symbols.items() if one.is_exception
    }
    for one in sbom.components:
        for stated in one.get("licenses", []):
            text = stated.get("expression") or stated["license"]["id"]
            licensing.parse(text)  # or it fails
            names = set(re.findall(r"[^\s()]+", text)) - {"AND", "OR", "WITH"}
            unknown = {name for name in names - exceptions if not is_supported_id(name)}
            assert all(
                re.fullmatch("LicenseRef-[A-Za-z0-9.-]+", name) for name in unknown
            ), one


def test_every_store_path_is_named_and_no_other(image: Image, sbom: Sbom):
    named = set().union(*(properties(one, "nix:store-path") for one in sbom.components))
    assert named == store_paths(image)


def test_every_component_has_name_and_version(sbom: Sbom):
    assert sbom.components
    assert not [one for one in sbom.components if not (one["name"] and one["version"])]


def test_every_package_of_the_debian_set_has_a_purl(sbom: Sbom):
    if os.environ["packages"] == "nixpkgs":
        pytest.skip("of nixpkgs, which declares what it has")
    packages = [
        one
        for one in sbom.components
        if one["type"] == "library" and properties(one, "nix:store-path")
    ]
    for one in packages:
        purl = PackageURL.from_string(one["purl"])
        assert (purl.name, purl.version) == (one["name"], one["version"])
        assert purl.type == "pypi" or purl.qualifiers["distro"] == "debian-13", one
        assert purl.type == "pypi" or purl.qualifiers["upstream"].count("@") == 1, one
        assert [digest["alg"] for digest in one["hashes"]] == ["SHA-256"], one
        assert purl.type == "pypi" or one["supplier"] == {"name": "Debian"}, one


def test_scanners_find_debians_packages_by_the_distribution(sbom: Sbom):
    """Trivy takes what the operating system's component depends on."""
    if os.environ["packages"] == "nixpkgs":
        pytest.skip("of nixpkgs, which has none")
    image = sbom.document["metadata"]["component"]["bom-ref"]
    assert "debian-13" in sbom.dependencies[image]
    assert sbom.dependencies["debian-13"] == {
        one["bom-ref"]
        for one in sbom.components
        if one.get("purl", "").startswith("pkg:deb/") and "properties" in one
    }


def test_every_copyright_file_belongs_to_a_component(image: Image, sbom: Sbom):
    for path, file in files(image, "share/doc/*/copyright"):
        assert file.parent.name in {one["name"] for one in sbom.holding(path)}, file


def test_every_distribution_of_python_is_named(image: Image, sbom: Sbom):
    for path, file in files(image, "lib/python3*/site-packages/*.dist-info/METADATA"):
        stated = BytesParser().parsebytes(file.read_bytes())
        name = re.sub(r"[-_.]+", "-", stated["Name"]).lower()
        # Debian's has another name, and a version that goes on.
        assert any(
            one["version"].startswith(stated["Version"])
            and (one["name"].lower() == name or one["purl"].startswith("pkg:deb/"))
            for one in sbom.holding(path)
        ), file


def test_every_distribution_of_python_is_in_requirements_txt(image: Image):
    """Other tools read there what is in the images."""
    text = Path(os.environ["requirements"]).read_text()
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))
    for path, file in files(image, "lib/python3*/site-packages/*.*-info/METADATA"):
        stated = BytesParser().parsebytes(file.read_bytes())
        name = re.sub(r"[-_.]+", "-", stated["Name"]).lower()
        assert name in locked, file
        if os.environ["packages"] == "debian" or not list(
            Path(image.root, path[1:]).rglob("*.so")
        ):
            assert stated["Version"] == locked[name], file


def test_what_is_inside_of_wheels_is_named(image: Image, sbom: Sbom):
    for path, file in files(
        image, "lib/python3*/site-packages/*.dist-info/sboms/*.json"
    ):
        names = {
            one["name"]
            for one in sbom.components
            if one["bom-ref"] in needs(sbom, path)
        }
        for stated in json.loads(file.read_text()).get("components", []):
            # The wheel itself may be there, too.
            assert stated["name"] in names or stated.get("purl", "").startswith(
                "pkg:pypi/"
            ), file
    for path, file in files(image, "lib/python3*/site-packages/*.libs/*.so*"):
        assert any(file.name in ref for ref in needs(sbom, path))


def test_what_go_programs_were_linked_with_is_named(image: Image, sbom: Sbom):
    if not any("-libc6-" in path for path in store_paths(image)):
        pytest.skip("nixpkgs does not say")
    for path, file in files(image, "bin/*"):
        if b"\xff Go buildinf:" in file.read_bytes():
            linked = [ref for ref in needs(sbom, path) if "arch=source" in ref]
            assert any(ref.startswith("pkg:deb/debian/golang-1.") for ref in linked), (
                file
            )
            assert len(linked) >= 5, file  # as many has age


def test_go_programs_name_the_go_that_built_them(image: Image, sbom: Sbom):
    for path, file in files(image, "bin/*"):
        _, found, stated = file.read_bytes().rpartition(b"\xff Go buildinf:")
        if found:
            version = re.match(rb".{18}.go([0-9.]+)", stated, re.DOTALL)[1].decode()
            assert f"pkg:golang/stdlib@{version}" in needs(sbom, path), file


def scripts(image: Image) -> Iterator[tuple[str, str]]:
    """The text of each file of JavaScript or CSS, with its store path."""
    for suffix in ("js", "css"):
        for path, file in files(image, f"**/*.{suffix}"):
            yield path, file.read_text(errors="replace")
        for path, file in files(image, f"**/*.{suffix}.gz"):
            yield path, gzip.decompress(file.read_bytes()).decode(errors="replace")


def letters(text: str) -> str:
    return re.sub("[^a-z0-9]", "", text.lower())


def test_every_library_of_javascript_with_a_banner_is_named(image: Image, sbom: Sbom):
    for path, text in scripts(image):
        banner = re.match(r"\s*/\*(!.*?|[^*]*@license.*?)\*/", text, re.DOTALL)
        if banner and "For license information" not in banner[1]:
            inside = [
                one
                for one in sbom.components
                if one["bom-ref"] in needs(sbom, path)
                and letters(one["name"]) in letters(banner[1])
            ]
            versions = {one["version"] for one in inside}
            stated = re.search(r"\d+\.\d[\w.-]*", banner[1].split("\n\n")[0])
            assert versions, banner[1]
            assert not stated or {stated[0], "unknown"} & versions, banner[1]


def test_no_library_of_javascript_is_named_that_is_not_there(image: Image, sbom: Sbom):
    texts = [text for _, text in scripts(image)]
    for one in sbom.components:
        if one.get("purl", "").startswith("pkg:npm/"):
            version = one["version"].replace("unknown", "")
            assert any(version in text for text in texts), one


def test_what_the_interactive_documentation_is_made_of_is_named(
    image: Image, sbom: Sbom
):
    static = [name for name in image.entries if "/swagger-ui-bundle." in name]
    named = {one["name"]: one for one in sbom.components}
    if static:
        assert re.fullmatch(
            r"pkg:npm/swagger-ui-dist@\d+\.\d+\.\d+", named["swagger-ui-dist"]["purl"]
        )


def needs(sbom: Sbom, path: str) -> set[str]:
    """The components that those of a store path depend on."""
    return set().union(
        *(sbom.dependencies[one["bom-ref"]] for one in sbom.holding(path))
    )


def test_files_of_packages_in_static_files_are_named(image: Image, sbom: Sbom):
    # Swagger UI comes from a package that is not in the image itself.
    copied = [name for name in image.entries if "/drf_spectacular_sidecar/" in name]
    named = [one for one in sbom.components if one["name"] == "drf-spectacular-sidecar"]
    assert bool(copied) <= bool(named)

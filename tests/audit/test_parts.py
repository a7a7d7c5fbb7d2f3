"""What an SBOM tells of a store path, where no image has an example."""

import json
from pathlib import Path

import pytest
from parts import describe

NAME = "0" * 32 + "-"


def named(parts: list) -> list[tuple[str, str]]:
    return [(one.name, one.version) for one in parts]


def licences(component) -> list[str]:
    return [getattr(one, "id", "") or one.value for one in component.licenses]


def make_facts(**more: object) -> dict:
    return {
        "name": "libpq",
        "version": "17.1",
        "purls": [],
        "licenses": [],
        "homepage": None,
        "files": [],
        **more,
    }


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_name_and_version_are_parsed_from_a_path():
    names = ["glibc-2.42-67", "linux-pam-1.7.1", "xgcc-15.2.0-libgcc", "tzdata-2026a"]
    parts = [
        describe(Path("/nix/store", NAME + name), {}).packages[0] for name in names
    ]
    assert named(parts) == [
        ("glibc", "2.42-67"),
        ("linux-pam", "1.7.1"),
        ("xgcc", "15.2.0-libgcc"),
        ("tzdata", "2026a"),
    ]


def test_a_path_without_a_version_is_the_services_own():
    assert not describe(Path("/nix/store", NAME + "server-files"), {}).all
    environment = Path("/nix/store", NAME + "python3-3.13.5-env")
    assert not describe(environment, {str(environment): None}).all


def test_what_nixpkgs_declares_is_taken():
    path = Path("/nix/store", NAME + "libpq-17.1")
    declared = make_facts(
        licenses=["PostgreSQL", "a licence of its own"],
        homepage="https://www.postgresql.org",
        purls=["pkg:github/postgres/postgres@REL_17_1"],
        files=[
            {
                "name": "source",
                "urls": ["https://example.com/a.tar.gz"],
                "hash": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            }
        ],
    )
    (component,) = describe(path, {str(path): declared}).all
    assert named([component]) == [("libpq", "17.1")]
    assert str(component.purl) == "pkg:github/postgres/postgres@REL_17_1"
    assert licences(component) == ["LicenseRef-a-licence-of-its-own AND PostgreSQL"]
    references = {one.type.value: one for one in component.external_references}
    assert str(references["website"].url) == "https://www.postgresql.org"
    (digest,) = references["distribution"].hashes
    assert (
        digest.content
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    assert not component.hashes  # it is of the source


def test_an_expression_of_nixpkgs_is_one():
    path = Path("/nix/store", NAME + "sudo-1.9")
    (component,) = describe(
        path, {str(path): make_facts(licenses=["(ISC AND Zlib)"])}
    ).all
    assert licences(component) == ["(ISC AND Zlib)"]


def test_a_licence_that_nixpkgs_does_not_tell_is_not_claimed():
    path = Path("/nix/store", NAME + "sudo-1.9")
    facts = make_facts(licenses=["unknown"])
    (component,) = describe(path, {str(path): facts}).all
    assert licences(component) == []


def test_a_path_of_several_debian_packages(tmp_path: Path):
    write(
        tmp_path / "share/doc/nginx/copyright",
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n"
        "Files: *\nCopyright: 2026 A Person\nLicense: BSD-2-clause\n\n"
        "Files: debian/*\nCopyright: 2026 A Person\nLicense: GPL-2+ or Expat\n",
    )
    write(tmp_path / "share/doc/nginx-common/copyright", "It is free.\n")
    source = "arch=amd64&distro=debian-13&upstream=nginx%402%3A1.26-3"
    purls = [
        f"pkg:deb/debian/nginx@2%3A1.26-3?{source}",
        "pkg:deb/debian/glibc@2.41-12?arch=source&distro=debian-13",
        f"pkg:deb/debian/nginx-common@2%3A1.26-3?{source}",
    ]
    files = [{"name": "nginx.deb", "urls": [], "hash": "0" * 64}]
    parts = describe(tmp_path, {str(tmp_path): make_facts(purls=purls, files=files)})
    assert named(parts.packages) == [
        ("nginx", "2:1.26-3"),
        ("nginx-common", "2:1.26-3"),
    ]
    assert named(parts.inside) == [("glibc", "2.41-12")]
    nginx, common = parts.packages
    assert licences(nginx) == ["BSD-2-Clause AND (GPL-2.0-or-later OR MIT)"]
    assert licences(common) == []
    assert [one.content for one in nginx.hashes] == ["0" * 64]
    assert {one.supplier.name for one in parts.all} == {"Debian"}
    trivy = {one.name.rpartition(":")[2]: one.value for one in nginx.properties}
    assert trivy == {
        "SrcName": "nginx",
        "SrcEpoch": "2",
        "SrcVersion": "1.26",
        "SrcRelease": "3",
    }


def wheel(directory: Path, metadata: str, **facts: object):
    """The component of a wheel with this in its metadata."""
    site = directory / "lib/python3.13/site-packages/My_Wheel-1.0.dist-info"
    write(
        site / "METADATA",
        f"Metadata-Version: 2.4\nName: My_Wheel\nVersion: 1.0\n{metadata}",
    )
    facts = facts or {"purls": ["pkg:pypi/my-wheel@1.0"]}
    known = {str(directory): make_facts(**facts)}
    return describe(directory, known)


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        (
            "License-Expression: MIT AND (Apache-2.0 OR BSD-3-Clause)\nLicense: a\n",
            ["MIT AND (Apache-2.0 OR BSD-3-Clause)"],
        ),
        ("License: mit\n", ["MIT"]),
        ("License: BSD 3-Clause OR Apache-2.0\n", ["BSD-3-Clause OR Apache-2.0"]),
        # A line that SPDX knows says more than a family, and may offer a choice.
        (
            "License: BSD-3-Clause\n"
            "Classifier: License :: OSI Approved :: BSD License\n",
            ["BSD-3-Clause"],
        ),
        (
            "License: MIT or ISC\n"
            "Classifier: License :: OSI Approved :: MIT License\n"
            "Classifier: License :: OSI Approved :: ISC License (ISCL)\n",
            ["MIT OR ISC"],
        ),
        (
            "License: a\n b\nClassifier: License :: OSI Approved\n"
            "Classifier: License :: OSI Approved :: BSD License\n",
            ["LicenseRef-BSD-License"],
        ),
        (
            "License: GPL3\nClassifier: License :: OSI Approved :: GNU General Public "
            "License v3 or later (GPLv3+)\n"
            "Classifier: License :: OSI Approved :: MIT License\n",
            ["GPL-3.0-or-later AND MIT"],
        ),
        (
            "Classifier: License :: OSI Approved :: Mozilla Public License 2.0 "
            "(MPL 2.0)\n",
            ["MPL-2.0"],
        ),
        ("License: Permission\n        is granted\n", []),
        ("", []),
    ],
)
def test_licences_of_wheels(tmp_path: Path, metadata: str, expected: list[str]):
    (component,) = wheel(tmp_path, metadata).packages
    assert licences(component) == expected


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ("Author: A\nMaintainer: M\nMaintainer-email: M <m@b.example>\n", "M"),
        ("Author-email: A <a@b.example>, B <b@b.example>\n", "A, B"),
        ("Author-email: a@b.example\n", "a@b.example"),
        ('Author-email: "T. A" <a@b.example>\n', "T. A"),
        ("Author: The Authors of a wheel\n", "The Authors of a wheel"),
    ],
)
def test_who_supplies_a_wheel(tmp_path: Path, metadata: str, expected: str):
    (component,) = wheel(tmp_path, metadata).packages
    assert component.supplier.name == expected


def test_what_nixpkgs_does_not_declare_of_a_wheel_is_what_it_says(tmp_path: Path):
    metadata = "License-Expression: MIT\nAuthor: A Person\n"
    known = {"name": "my-wheel", "version": "1.0"}
    (component,) = wheel(tmp_path, metadata, **known).packages
    assert str(component.purl) == "pkg:pypi/my-wheel@1.0"
    assert licences(component) == ["MIT"]
    assert component.supplier.name == "A Person"
    known["licenses"] = ["ISC"]
    (component,) = wheel(tmp_path, metadata, **known).packages
    assert licences(component) == ["ISC"]


def test_a_wheel_that_names_nobody_has_no_supplier(tmp_path: Path):
    (component,) = wheel(tmp_path, "").packages
    assert component.supplier is None


# Wheels' own documents have words that newer ones lack.
@pytest.mark.filterwarnings("ignore:.*author:DeprecationWarning")
def test_libraries_inside_of_wheels(tmp_path: Path):
    site = tmp_path / "lib/python3.13/site-packages"
    write(site / "my_wheel.libs/libpq-9b38f5e3.so.5.17", "")
    write(site / "my_wheel.libs/libplain.so", "")
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.4",
        "components": [
            {
                "type": "library",
                "name": "openssl-libs",
                "version": "3.5.1",
                "purl": "pkg:rpm/almalinux/openssl-libs@3.5.1",
                "author": "The Project <a@b.example>",
                "hashes": [{"alg": "SHA-256", "content": "0" * 64}],
            },
            {"type": "library", "name": "my-wheel", "purl": "pkg:pypi/my-wheel@1.0"},
        ],
    }
    write(
        site / "My_Wheel-1.0.dist-info/sboms/auditwheel.cdx.json", json.dumps(document)
    )
    write(
        site / "My_Wheel-1.0.dist-info/sboms/other.json", '{"spdxVersion": "SPDX-2.3"}'
    )
    parts = wheel(tmp_path, "")
    assert named(parts.packages) == [("my-wheel", "1.0")]
    assert sorted(named(parts.inside)) == [
        ("libplain", "unknown"),
        ("libpq", "5.17"),
        ("openssl-libs", "3.5.1"),
    ]
    (openssl,) = [one for one in parts.inside if one.name == "openssl-libs"]
    assert openssl.supplier.name == "The Project"
    assert [one.content for one in openssl.hashes] == ["0" * 64]

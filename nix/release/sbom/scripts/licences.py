"""Licences as the packages themselves state them, as CycloneDX's."""

from collections.abc import Iterable
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.license import DisjunctiveLicense, License
from cyclonedx.spdx import fixup_id
from packaging.metadata import RawMetadata, parse_email
from packaging.utils import canonicalize_name


def of_set(names: list[str]) -> list[License]:
    """As a package set declares them: alone, one may be an expression."""
    return (
        [LicenseFactory().make_from_string(names[0])]
        if len(names) == 1
        else declared(names)
    )


def declared(names: Iterable[str]) -> list[License]:
    """A licence for each name, by SPDX's id where it is one."""
    return [
        DisjunctiveLicense(id=found)
        if (found := fixup_id(name))
        else DisjunctiveLicense(name=name)
        for name in sorted(set(names))
    ]


def metadata(path: Path) -> Iterable[RawMetadata]:
    """Of every distribution of Python that is installed below a path."""
    for file in sorted(path.glob("lib/python3*/site-packages/*.dist-info/METADATA")):
        yield parse_email(file.read_bytes())[0]


def of_python(path: Path, name: str) -> list[License]:
    """A distribution's expression, else its classifiers, else one line of text."""
    for stated in metadata(path):
        if canonicalize_name(stated["name"]) != canonicalize_name(name):
            continue
        if expression := stated.get("license_expression"):
            return [LicenseFactory().make_from_string(expression)]
        classifiers = [
            classifier.rpartition(" :: ")[2]
            for classifier in stated.get("classifiers", [])
            if classifier.startswith("License :: ")
            and classifier != "License :: OSI Approved"
        ]
        line = stated.get("license", "").strip()
        return declared(classifiers or ([line] if line and "\n" not in line else []))
    return []

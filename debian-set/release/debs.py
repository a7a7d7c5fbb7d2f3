"""What a deb says of itself: its licences, and its source package for scanners."""

from functools import cache
from pathlib import Path

from debian.copyright import (
    Copyright,
    FilesParagraph,
    Header,
    NotMachineReadableError,
)
from debian.debian_support import Version


def licences(path: Path, name: str) -> frozenset[str]:
    """The short names of a machine-readable copyright file (DEP-5), or none.

    Args:
        path: the deb, unpacked, in the store.
        name: the package's.
    """
    file = path / "share/doc" / name / "copyright"
    if not file.is_file():
        return frozenset()
    return short_names(file.read_text(encoding="utf-8", errors="replace"))


@cache  # packages of one source have the same text
def short_names(text: str) -> frozenset[str]:
    try:
        stated = Copyright(text.splitlines(keepends=True), strict=False)
    except NotMachineReadableError:
        return frozenset()
    paragraphs: list[Header | FilesParagraph] = [
        stated.header,
        *stated.all_files_paragraphs(),
    ]
    # untyped there
    names = (getattr(one.license, "synopsis", "") for one in paragraphs)
    return frozenset(filter(None, names))


def properties(upstream: str) -> dict[str, str]:
    """Trivy looks up advisories by the source package, in properties of its own.

    Args:
        upstream: NAME@VERSION of the source package, as a package URL has it.
    """
    name, _, text = upstream.partition("@")
    version = Version(text)
    values = {
        "SrcName": name,
        "SrcEpoch": version.epoch,
        "SrcVersion": version.upstream_version,
        "SrcRelease": version.debian_revision,
    }
    return {
        f"aquasecurity:trivy:{key}": value for key, value in values.items() if value
    }

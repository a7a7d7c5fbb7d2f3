"""What a deb says of itself: its licences, and its source package for scanners."""

from collections.abc import Iterator
from pathlib import Path

from debian.copyright import (
    Copyright,
    FilesParagraph,
    Header,
    NotMachineReadableError,
)
from debian.debian_support import Version


def licences(path: Path, name: str) -> Iterator[str]:
    """The short names of a machine-readable copyright file (DEP-5), or none.

    Args:
        path: the deb, unpacked, in the store.
        name: the package's.
    """
    file = path / "share/doc" / name / "copyright"
    if not file.is_file():
        return
    try:
        with file.open(encoding="utf-8", errors="replace") as text:
            stated = Copyright(text, strict=False)
    except NotMachineReadableError:
        return
    paragraphs: list[Header | FilesParagraph] = [
        stated.header,
        *stated.all_files_paragraphs(),
    ]
    for paragraph in paragraphs:
        if synopsis := getattr(paragraph.license, "synopsis", ""):  # untyped there
            yield synopsis


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

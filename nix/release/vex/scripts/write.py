"""Write which vulnerabilities do not affect each image, as OpenVEX: https://openvex.dev

Run by ../default.nix, which says what the attributes are. The same attributes give the
same bytes.
"""

import json
import os
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

type Document = dict[str, Any]


def digests(sboms: list[Document], index: Path) -> list[str]:
    """Of the image's index, and of what it names for each architecture."""
    (described,) = json.loads((index / "index.json").read_text())["manifests"]
    images = [sbom["metadata"]["component"]["version"] for sbom in sboms]
    return [described["digest"], *images]


def purls(sboms: list[Document], package: str) -> list[str]:
    return sorted(
        {
            component["purl"]
            for sbom in sboms
            for component in sbom["components"]
            if component["name"] == package and "purl" in component
        }
    )


def stated(one: Document, image: str, digests: list[str], purls: list[str]) -> Document:
    inside = [{"@id": purl} for purl in purls]
    # Without qualifiers: scanners disagree about them.
    names = [f"pkg:oci/{image}@{digest}" for digest in digests]
    return {
        "vulnerability": {"name": one["id"]},
        "timestamp": f"{one['since']}T00:00:00Z",
        "products": [{"@id": name, "subcomponents": inside} for name in names],
        "status": "not_affected",
        "justification": one["justification"],
        "status_notes": f"{one['reason']} The test {one['test']} shows it.",
    }


def document(author: str, statements: list[Document]) -> Document:
    encoded = json.dumps(statements, sort_keys=True)
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, encoded)}",
        "author": author.strip(),
        "timestamp": max(one["timestamp"] for one in statements),
        "version": 1,
        "statements": statements,
    }


def images(indexes: Path, sboms: Path) -> Iterator[tuple[str, str, list[Document]]]:
    """Each image's name, its repository and its SBOMs."""
    for line in (indexes / "list").read_text().splitlines():
        name, repository, _ = line.split()
        files = sorted(sboms.glob(f"{name}.*.cdx.json"))
        yield name, repository, [json.loads(file.read_text()) for file in files]


def main() -> None:
    statements = json.loads(Path(os.environ["statements"]).read_text())
    left = {one["package"] for one in statements}
    indexes = Path(os.environ["indexes"])
    for name, repository, sboms in images(indexes, Path(os.environ["sboms"])):
        inside = {one["package"]: purls(sboms, one["package"]) for one in statements}
        left -= {package for package, found in inside.items() if found}
        known = digests(sboms, indexes / name)
        found = [
            stated(one, repository, known, inside[one["package"]])
            for one in statements
            if inside[one["package"]]
        ]
        if found:
            written = json.dumps(document(os.environ["author"], found), indent=1)
            file = Path(os.environ["out"], f"{name}.openvex.json")
            file.write_text(written + "\n")
    if left:
        sys.exit(
            f"audit.toml: no image has a package {', '.join(sorted(left))}: "
            "remove its statement."
        )


if __name__ == "__main__":
    main()

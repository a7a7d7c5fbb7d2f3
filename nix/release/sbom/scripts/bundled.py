"""What packages bring inside: libraries beside their files, or linked into them."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import golang
import javascript
import suppliers
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from layer import is_left_out
from licences import of
from packageurl import PackageURL

LINKED = tomllib.loads(Path(__file__).with_name("linked.toml").read_text())
SITE = "lib/python3*/site-packages"


def libraries(path: Path, without: Sequence[str]) -> list[Component]:
    """Of what is installed below a path.

    Args:
        without: patterns of what the image has not of it, as layer.py reads them.
    """

    @cache
    def is_there(inside: Path) -> bool:
        return inside == Path() or (
            is_there(inside.parent) and not is_left_out(inside, [*without])
        )

    def are_there(files: Iterable[Path]) -> list[Path]:
        return [file for file in sorted(files) if is_there(file.relative_to(path))]

    return [
        *of_documents(path),
        *of_files(path),
        *of_table(path),
        *golang.modules(are_there(golang.programs(path))),
        *javascript.libraries(are_there(javascript.files(path))),
    ]


def of_documents(path: Path) -> Iterator[Component]:
    """What a wheel's own SBOMs (PEP 770) name, without the wheel itself."""
    for file in sorted(path.glob(f"{SITE}/*.dist-info/sboms/*.json")):
        document = json.loads(file.read_text())
        if document.get("bomFormat") != "CycloneDX":
            continue
        for stated in Bom.from_json(document).components:
            if not (stated.purl and stated.purl.type == "pypi"):
                yield Component(
                    type=ComponentType.LIBRARY,
                    name=stated.name,
                    version=stated.version or "unknown",
                    purl=stated.purl,
                    licenses=stated.licenses,
                    hashes=stated.hashes,
                    supplier=stated.supplier or suppliers.named(stated.author),
                    bom_ref=str(stated.purl or f"{file.name}:{stated.name}"),
                )


def of_files(path: Path) -> Iterator[Component]:
    """Libraries in NAME.libs/, as auditwheel names them: libNAME-HASH.so.VERSION."""
    for file in sorted(path.glob(f"{SITE}/*.libs/*.so*")):
        found = re.fullmatch(r"(.+?)(?:-[0-9a-f]{8})?\.so\.?(.*)", file.name)
        name, version = found.groups() if found else (file.name, "")
        inside = file.relative_to(path)
        yield Component(
            type=ComponentType.LIBRARY,
            name=name,
            version=version or "unknown",
            bom_ref=f"{path.name}:{inside}",
        )


def of_table(path: Path) -> Iterator[Component]:
    """What linked.toml has of a wheel; the wheel may name the commit of its copy."""
    for file in sorted(path.glob(f"{SITE}/*.dist-info/METADATA")):
        wheel = file.parent.name.partition("-")[0].replace("_", "-")
        if known := LINKED.get(wheel):
            repository = known.get("repository", "")
            commit = re.search(
                f"github.com/{repository}/commit/([0-9a-f]{{40}})",
                file.read_text(),
                re.IGNORECASE,
            )
            owner, _, name = repository.partition("/")
            yield Component(
                type=ComponentType.LIBRARY,
                name=known["name"],
                version=commit[1] if commit else "unknown",
                purl=PackageURL("github", owner, name, commit[1]) if commit else None,
                bom_ref=f"{wheel}:{known['name']}",
                licenses=of([known["license"]]),
            )

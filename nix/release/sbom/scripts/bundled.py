"""What wheels bring inside: libraries beside their modules, or linked into them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType

SITE = "lib/python3*/site-packages"


def libraries(path: Path) -> list[Component]:
    """Of every wheel that is installed below a path."""
    return [*of_documents(path), *of_files(path)]


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

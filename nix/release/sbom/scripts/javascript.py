"""Libraries of JavaScript and CSS that packages have copies of, by their banners."""

import fnmatch
import gzip
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from cyclonedx.model.component import Component, ComponentType
from licences import of
from packageurl import PackageURL

SUFFIXES = (".js", ".mjs", ".css")
PACKED = ".gz"  # as a server sends them
TABLE = tomllib.loads(Path(__file__).with_name("javascript.toml").read_text())
# Comments that tools which make files small keep.
KEPT = re.compile(r"/\*(?:!|[\s*]*@(?:license|preserve))(.*?)\*/", re.DOTALL)
# The first line of one: a name and a version.
NAMED = re.compile(r"([A-Za-z][\w. -]*?),? +\(?v?\.? ?(\d+\.\d[\w.-]*)")
POINTER = "For license information please see"


def files(path: Path) -> Iterator[Path]:
    """Those of a store path that may have copies."""
    for folder, _, names in os.walk(path):
        for name in names:
            if name.removesuffix(PACKED).endswith(SUFFIXES):
                file = Path(folder, name)
                yield from [] if file.is_symlink() else [file]


def libraries(files: list[Path]) -> list[Component]:
    """Those that files have a copy of."""
    found = {library for file in files for library in read(file)}
    return [component(*one) for one in sorted(found)]


def read(file: Path) -> Iterator[tuple[str, str]]:
    """Names and versions, of what has a banner or is in the table."""
    text = content(file).decode(errors="replace")
    for pattern, known in TABLE["files"].items():
        if fnmatch.fnmatch(file.name.removesuffix(PACKED), pattern):
            version = re.search(known.get("version", "(?!)"), text)
            yield known["name"], version[1] if version else "unknown"
    for kept in KEPT.finditer(text):
        line = first_line(kept[1])
        if found := NAMED.match(line):
            yield found[1].removesuffix(".js"), found[2].rstrip(".-")
        elif line and not line.startswith(POINTER) and not text[: kept.start()].strip():
            yield re.split(r" - |[|(,:]", line)[0].strip(), "unknown"


def content(file: Path) -> bytes:
    content = file.read_bytes()
    return gzip.decompress(content) if file.suffix == PACKED else content


def first_line(comment: str) -> str:
    """The first that says something, without signs and without where it is from."""
    lines = (line.strip(" \t*=!-") for line in comment.splitlines())
    line = next(filter(None, lines), "")
    return re.sub(r"^(@(license|preserve) |https?://\S*/(?=\S))", "", line)


def component(banner: str, version: str) -> Component:
    known = TABLE["banners"].get(banner.lower(), {})
    purl = None
    if known:
        number = None if version == "unknown" else version
        purl = PackageURL("npm", name=known["npm"], version=number)
    return Component(
        type=ComponentType.LIBRARY,
        name=known.get("npm", banner),
        version=version,
        purl=purl,
        bom_ref=str(purl) if purl else f"javascript:{banner}@{version}",
        licenses=of([known["license"]] if known else []),
    )

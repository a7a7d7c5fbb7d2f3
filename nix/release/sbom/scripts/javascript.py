"""Libraries of JavaScript and CSS that packages have copies of, by their banners."""

import fnmatch
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from cyclonedx.model.component import Component, ComponentType
from licences import of
from packageurl import PackageURL

SUFFIXES = (".js", ".mjs", ".css")
TABLE = tomllib.loads(Path(__file__).with_name("javascript.toml").read_text())
# Comments that tools which make files small keep, and the first one of a file.
KEPT = re.compile(r"/\*!(.*?)\*/", re.DOTALL)
FIRST = re.compile(r"\s*/\*(.*?)\*/", re.DOTALL)
# The first line of one: a name and a version. An ordinary comment must say "v".
NAMED = re.compile(r"([A-Za-z][\w. -]*?),? +(v?)\.? ?(\d+\.\d[\w.-]*)")
POINTER = "For license information please see"


def libraries(path: Path) -> list[Component]:
    """Those that the files of a store path have a copy of."""
    found: set[tuple[str, str]] = set()
    for folder, _, names in os.walk(path):
        for name in names:
            if name.endswith(SUFFIXES):
                file = Path(folder, name)
                found.update(() if file.is_symlink() else read(file))
    return [component(*one) for one in sorted(found)]


def read(file: Path) -> Iterator[tuple[str, str]]:
    """Names and versions, of what has a banner or is in the table."""
    text = file.read_text(encoding="utf-8", errors="replace")
    for pattern, known in TABLE["files"].items():
        if fnmatch.fnmatch(file.name, pattern):
            version = re.search(known.get("version", "(?!)"), text)
            yield known["name"], version[1] if version else "unknown"
    for kept in KEPT.finditer(text):
        yield from named(kept[1], is_kept=True)
    if first := FIRST.match(text):
        is_kept = bool(re.search("^!|@(license|preserve)", first[1]))
        yield from named(first[1], is_kept=is_kept) or unnamed(first[1], is_kept)


def line_of(comment: str) -> str:
    """The first line of a comment that says something."""
    comment = re.sub("@(license|preserve)", "", comment)
    lines = (line.strip(" \t*=!-") for line in comment.splitlines())
    return next(filter(None, lines), "")


def named(comment: str, *, is_kept: bool) -> list[tuple[str, str]]:
    found = NAMED.match(line_of(comment))
    if not found or not (is_kept or found[2]):
        return []
    return [(found[1].removesuffix(".js"), found[3].rstrip(".-"))]


def unnamed(comment: str, is_kept: bool) -> list[tuple[str, str]]:
    """Of a file whose banner has no version, what the banner begins with."""
    line = line_of(comment)
    if not is_kept or not line or line.startswith(POINTER):
        return []
    return [(re.split(r" - |[|(,:]", line)[0].strip(), "unknown")]


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

"""Modules that programs of Go say they were built with, as `go version -m` reads it."""

import mmap
import re
from collections.abc import Iterator
from pathlib import Path

from cyclonedx.model.component import Component, ComponentType
from licences import of
from packageurl import PackageURL

# https://pkg.go.dev/debug/buildinfo: 32 bytes, then two texts with their lengths before
# them (since Go 1.18): Go's version, and lines between 16 bytes on either side.
MAGIC = b"\xff Go buildinf:"
INLINE = 2
FOLDERS = ("bin", "sbin", "libexec")


def programs(path: Path) -> Iterator[Path]:
    """Of every kind, in a store path."""
    for folder in FOLDERS:
        for file in path.glob(f"{folder}/*"):
            if file.is_file() and not file.is_symlink():
                yield file


def modules(programs: list[Path]) -> list[Component]:
    """Of programs that are Go's; each names Go's own library, too."""
    return [component(module) for program in programs for module in read(program)]


def read(file: Path) -> list[tuple[str, str]]:
    """Paths and versions; nothing where the file is no such program."""
    if not file.stat().st_size:
        return []
    with file.open("rb") as opened:
        data = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    at = data.rfind(MAGIC)  # a program that reads others has it as a text, before
    if at < 0 or not data[at + 15] & INLINE:
        return []
    version, end = text(data, at + 32)
    lines, _ = text(data, end)
    found = [("stdlib", re.split("[ -]", version.decode())[0].removeprefix("go"))]
    for kind, *fields in map(str.split, lines[16:-16].decode().splitlines()):
        if kind == "=>":  # what the one before was replaced with
            found.pop()
        if kind in ("dep", "=>") and len(fields) > 1:
            found.append((fields[0], fields[1]))
    return found


def text(data: mmap.mmap, at: int) -> tuple[bytes, int]:
    """A text and where it ends; its length is in groups of 7 bits, the lowest first."""
    length = shift = 0
    while data[at] & 128:
        length |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
    begin = at + 1
    end = begin + (length | data[at] << shift)
    return data[begin:end], end


def component(module: tuple[str, str]) -> Component:
    path, version = module
    namespace, _, name = path.rpartition("/")
    purl = PackageURL("golang", namespace=namespace, name=name, version=version)
    return Component(
        type=ComponentType.LIBRARY,
        name=path,
        version=version,
        purl=purl,
        bom_ref=str(purl),
        licenses=of(["BSD-3-Clause"]) if path == "stdlib" else [],
    )

"""Write one layer of an image: store paths that the layers below it lack, and a root.

Run by layer.nix, which says what the attributes are. Writes two files:

- `blob`: the layer, a tar that is compressed with gzip;
- `layer.json`: its descriptor and the digest of the tar
  (https://specs.opencontainers.org/image-spec/), and the names of what it holds, none
  where the layers below have all of it.

The same attributes give the same bytes.
"""

import gzip
import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any, BinaryIO


class Layer:
    """A tar whose entries belong to root and have no dates, parents before children."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar = tar
        self.directories = {PurePath()}

    def add_directory(self, name: PurePath, mode: int) -> None:
        for parent in reversed(name.parents):
            if parent not in self.directories:
                self.add_directory(parent, 0o755)
        self.directories.add(name)
        self.add(name, mode, tarfile.DIRTYPE)

    def add_tree(
        self, top: Path, name: PurePath, without: list[str], directory_mode: int
    ) -> None:
        """Add a file, or a directory with all below it that `without` does not name."""
        for file in walk(top, top, without):
            inside = name / file.relative_to(top)
            if file.is_symlink():
                self.add(inside, 0o777, tarfile.SYMTYPE, linkname=str(file.readlink()))
            elif file.is_dir():
                self.add_directory(inside, directory_mode)
            else:
                executable = file.stat().st_mode & 0o111
                with file.open("rb") as content:
                    self.add(inside, 0o555 if executable else 0o444, content=content)

    def add(
        self,
        name: PurePath,
        mode: int,
        kind: bytes = tarfile.REGTYPE,
        linkname: str = "",
        content: BinaryIO | None = None,
    ) -> None:
        if name == PurePath():
            return
        info = tarfile.TarInfo(str(name))
        info.mode, info.type, info.linkname = mode, kind, linkname
        # Nix's own date; Python's byte code and Docker's cache look at it.
        info.mtime = 1
        info.size = os.fstat(content.fileno()).st_size if content else 0
        self.tar.format = (
            tarfile.USTAR_FORMAT if fits_ustar(info) else tarfile.PAX_FORMAT
        )
        self.tar.addfile(info, content)


def fits_ustar(info: tarfile.TarInfo) -> bool:
    """Whether the entry needs no extended header, which takes 1 KiB more."""
    try:
        info.tobuf(tarfile.USTAR_FORMAT)
    except ValueError:
        return False
    return True


def is_left_out(inside: Path, without: list[str]) -> bool:
    """Whether the last matching pattern leaves the file out; one with ! keeps it."""
    matching = (
        pattern
        for pattern in reversed(without)
        if inside.full_match(pattern.removeprefix("!"))
    )
    return not next(matching, "!").startswith("!")


def walk(file: Path, top: Path, without: list[str]) -> Iterator[Path]:
    if is_left_out(file.relative_to(top), without):
        return
    yield file
    if file.is_dir(follow_symlinks=False):
        for child in sorted(file.iterdir()):
            yield from walk(child, top, without)


def write(tar: tarfile.TarFile, attributes: dict[str, Any], paths: list[str]) -> None:
    layer = Layer(tar)
    if "root" in attributes:
        layer.add_tree(Path(attributes["root"]), PurePath(), [], 0o755)
    for path, target in attributes["links"].items():
        link = PurePath(path.lstrip("/"))
        if link.parent not in layer.directories:
            layer.add_directory(link.parent, 0o755)
        layer.add(link, 0o777, tarfile.SYMTYPE, linkname=target)
    for directory in attributes["writable"]:
        # Anyone may write here, as in the official images: Docker gives a new volume
        # the mode of the directory that it covers.
        layer.add_directory(PurePath(directory.lstrip("/")), 0o1777)
    for path in paths:
        name = PurePath(path.lstrip("/"))
        if name.parent not in layer.directories:
            layer.add_directory(name.parent, 0o755)
        layer.add_tree(Path(path), name, attributes["without"], 0o555)


def digest(file: Path) -> str:
    with file.open("rb") as content:
        return f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"


def compress(file: Path, target: Path) -> None:
    with (
        file.open("rb") as content,
        target.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
    ):
        shutil.copyfileobj(content, packed, 1 << 20)


def main() -> None:
    attributes = json.loads(Path(os.environ["NIX_ATTRS_JSON_FILE"]).read_text())
    below = {entry["path"] for entry in attributes.get("below", [])} | set(
        attributes["omit"]
    )
    paths = sorted({entry["path"] for entry in attributes["closure"]} - below)
    with tarfile.open("layer.tar", "w", format=tarfile.PAX_FORMAT) as tar:
        write(tar, attributes, paths)
    out = Path(attributes["outputs"]["out"])
    out.mkdir()
    compress(Path("layer.tar"), out / "blob")
    written = {
        "descriptor": {
            "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
            "digest": digest(out / "blob"),
            "size": (out / "blob").stat().st_size,
        },
        "diff_id": digest(Path("layer.tar")),
        "names": [
            *(["root"] if "root" in attributes else []),
            *(path.split("-", 1)[1] for path in paths),
        ],
    }
    (out / "layer.json").write_text(json.dumps(written))


if __name__ == "__main__":
    main()

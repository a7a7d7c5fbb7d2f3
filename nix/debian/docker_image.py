"""Write an image as an archive that `docker load` reads, the same bytes each time.

Run by docker-tools.nix in the build's directory: `closure` is Nix's list of the
store paths and their references, `root` the top of the image's file system.
Every store path is a layer, the most shared first (joined, if there are too many);
the root is the last.
"""

import gzip
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

CREATED = "1970-01-01T00:00:01Z"


def read_closure(text: str) -> dict[str, list[str]]:
    """Store paths with their references, as exportReferencesGraph lists them."""
    lines = iter(text.splitlines())
    closure = {}
    for path in lines:
        next(lines)  # the deriver
        closure[path] = [next(lines) for _ in range(int(next(lines)))]
    return closure


def size(top: Path) -> int:
    return sum(file.lstat().st_size for file in walk(top))


def most_shared_first(closure: dict[str, list[str]]) -> list[str]:
    """The paths by how many others need them, and large before small.

    A layer that changes makes Docker unpack all that come after it: what one
    project alone has, and changes most, comes last.
    """
    needed_by = dict.fromkeys(closure, 0)
    for path in closure:
        below, waiting = set(), [path]
        while waiting:
            for reference in closure[waiting.pop()]:
                if reference not in below:
                    below.add(reference)
                    waiting.append(reference)
        for reference in below:
            needed_by[reference] += 1
    return sorted(closure, key=lambda path: (-needed_by[path], -size(Path(path)), path))


def grouped(paths: list[str], most: int) -> list[list[str]]:
    """One group for each path, but no more groups than `most`: the first are joined."""
    joined = max(0, len(paths) - most + 1)
    groups = [paths[:joined]] if joined > 1 else []
    return groups + [[path] for path in paths[len(groups and groups[0]) :]]


def entry(file: Path, name: str, keep_mode: bool) -> tarfile.TarInfo:
    """A file's entry, owned by root, without the time; store files are read-only."""
    info = tarfile.TarInfo(name)
    status = file.lstat()
    info.mtime = 1
    info.mode = status.st_mode & 0o7777 if keep_mode else 0o555 if status.st_mode & 0o111 else 0o444
    if file.is_symlink():
        info.type, info.linkname, info.mode = tarfile.SYMTYPE, str(file.readlink()), 0o777
    elif file.is_dir():
        info.type = tarfile.DIRTYPE
    else:
        info.size = status.st_size
    return info


def walk(top: Path) -> Iterator[Path]:
    yield top
    if top.is_dir() and not top.is_symlink():
        for child in sorted(top.iterdir()):
            yield from walk(child)


def add(layer: tarfile.TarFile, top: Path, prefix: str, keep_mode: bool) -> None:
    for file in walk(top):
        name = str(Path(prefix, file.relative_to(top))) if prefix else str(file.relative_to(top))
        if name == ".":
            continue
        info = entry(file, name, keep_mode)
        with file.open("rb") if info.isreg() else io.BytesIO() as content:
            layer.format = tarfile.USTAR_FORMAT if fits_ustar(info) else tarfile.PAX_FORMAT
            layer.addfile(info, content if info.isreg() else None)


def fits_ustar(info: tarfile.TarInfo) -> bool:
    """Whether the entry needs no extended header, which takes three blocks more."""
    try:
        info.tobuf(tarfile.USTAR_FORMAT)
    except ValueError:
        return False
    return True


def write_layer(name: str, groups: list[str]) -> None:
    """A layer's tar: store paths, or the root when there are none."""
    with tarfile.open(name, "w", format=tarfile.PAX_FORMAT) as layer:
        if not groups:
            add(layer, Path("root"), "", keep_mode=True)
            return
        for parent in ("nix", "nix/store"):
            info = tarfile.TarInfo(parent)
            info.type, info.mode, info.mtime = tarfile.DIRTYPE, 0o755, 1
            layer.addfile(info)
        for path in groups:
            add(layer, Path(path), path.lstrip("/"), keep_mode=False)


def digest(name: str) -> str:
    with Path(name).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = len(content), 1, 0o444
    archive.addfile(info, io.BytesIO(content))


def main() -> None:
    closure = read_closure(Path("closure").read_text())
    roots = next(path for path in closure if path.endswith("-roots"))
    paths = [path for path in most_shared_first(closure) if path != roots]
    layers = []
    for number, group in enumerate([*grouped(paths, int(os.environ["maxLayers"]) - 1), []]):
        name = f"layer-{number}.tar"
        write_layer(name, group)
        layers.append((name, digest(name), group))

    image = {
        "created": CREATED,
        "architecture": "amd64",
        "os": "linux",
        "config": json.loads(Path(os.environ["configPath"]).read_text()),
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{sha256}" for _, sha256, _ in layers]},
        "history": [
            {"created": CREATED, "created_by": " ".join(Path(path).name[33:] for path in group) or "root"}
            for _, _, group in layers
        ],
    }
    image_json = json.dumps(image, sort_keys=True).encode()
    image_name = f"{hashlib.sha256(image_json).hexdigest()}.json"
    out = os.environ["out"]
    tag = os.environ["tag"] or Path(out).name.split("-")[0]
    manifest = {
        "Config": image_name,
        "RepoTags": [f"{os.environ['repository']}:{tag}"],
        "Layers": [f"{sha256}/layer.tar" for _, sha256, _ in layers],
    }
    with (
        Path(out).open("wb") as file,
        gzip.GzipFile("", "wb", 6, file, mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        add_bytes(archive, image_name, image_json)
        for name, sha256, _ in layers:
            info = entry(Path(name), f"{sha256}/layer.tar", keep_mode=False)
            with Path(name).open("rb") as content:
                archive.addfile(info, content)
        add_bytes(archive, "manifest.json", json.dumps([manifest]).encode())


if __name__ == "__main__":
    main()

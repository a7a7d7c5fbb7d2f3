"""Print a Markdown table: each image's packed and unpacked size, layers, and store paths of its closure.

sizes.py DIRECTORY
"""

import gzip
import json
import sys
import tarfile
from pathlib import Path


def measure(archive: tarfile.TarFile, layer: str) -> tuple[int, set[str]]:
    """Bytes of the layer's files, as `docker images` counts them, and its store paths."""
    with tarfile.open(fileobj=archive.extractfile(layer)) as content:
        entries = list(content)
    paths = (Path("/", entry.name).parts for entry in entries)
    return sum(entry.size for entry in entries), {
        path[3] for path in paths if path[1:3] == ("nix", "store") and path[3:]
    }


print("| image | packed | unpacked | layers | store paths |", "| --- | --- | --- | --- | --- |", sep="\n")
directory = Path(sys.argv[1])
for name, *_ in map(str.split, (directory / "list").read_text().splitlines()):
    archive = directory / f"{name}.tar.gz"
    with gzip.open(archive) as content, tarfile.open(fileobj=content) as tar:
        manifest = json.load(tar.extractfile("manifest.json") or sys.exit(f"{archive} has no manifest"))
        layers = manifest[0]["Layers"]
        sizes, closures = zip(*(measure(tar, layer) for layer in layers), strict=True)
    packed, unpacked, closure = archive.stat().st_size, sum(sizes), set().union(*closures)
    print(f"| `{name}` | {packed / 1e6:.0f} MB | {unpacked / 1e6:.0f} MB | {len(layers)} | {len(closure)} |")

"""Print a line of a Markdown table for each image: packed megabytes, unpacked ones, layers.

sizes.py DIRECTORY
"""

import gzip
import json
import sys
import tarfile
from pathlib import Path


def layer_size(archive: tarfile.TarFile, layer: str) -> int:
    """Bytes of the layer's files, as `docker images` counts them."""
    with tarfile.open(fileobj=archive.extractfile(layer)) as content:
        return sum(entry.size for entry in content)


directory = Path(sys.argv[1])
for name, *_ in map(str.split, (directory / "list").read_text().splitlines()):
    archive = directory / f"{name}.tar.gz"
    with gzip.open(archive) as content, tarfile.open(fileobj=content) as tar:
        manifest = json.load(tar.extractfile("manifest.json") or sys.exit(f"{archive} has no manifest"))
        layers = manifest[0]["Layers"]
        unpacked = sum(layer_size(tar, layer) for layer in layers)
    print(f"| `{name}` | {archive.stat().st_size / 1e6:.0f} MB | {unpacked / 1e6:.0f} MB | {len(layers)} |")

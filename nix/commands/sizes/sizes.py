"""Print a Markdown table: each image's packed and unpacked size, layers and closure's store paths.

sizes.py LAYOUTS
"""

import json
import sys
import tarfile
from pathlib import Path


def measure(layer: Path) -> tuple[int, set[str]]:
    """Bytes of the layer's files, as `docker images` counts them, and its store paths."""
    with tarfile.open(layer) as content:
        entries = list(content)
    paths = (Path("/", entry.name).parts for entry in entries)
    return sum(entry.size for entry in entries), {path[3] for path in paths if path[3:]}


def read(layout: Path, described: dict[str, str]) -> Path:
    return layout / "blobs" / described["digest"].replace(":", "/")


print(
    "| image | packed | unpacked | layers | store paths |",
    "| --- | --- | --- | --- | --- |",
    sep="\n",
)
directory = Path(sys.argv[1])
for name, *_ in map(str.split, (directory / "list").read_text().splitlines()):
    (described,) = json.loads((directory / name / "index.json").read_text())["manifests"]
    layers = json.loads(read(directory / name, described).read_text())["layers"]
    sizes, closures = zip(
        *(measure(read(directory / name, layer)) for layer in layers), strict=True
    )
    packed, unpacked, closure = (
        sum(layer["size"] for layer in layers),
        sum(sizes),
        set().union(*closures),
    )
    print(
        f"| `{name}` | {packed / 1e6:.0f} MB | {unpacked / 1e6:.1f} MB "
        f"| {len(layers)} | {len(closure)} |"
    )

"""Print a line of a Markdown table for each image: packed and unpacked megabytes, layers.

sizes.py DIRECTORY
"""

import gzip
import json
import sys
import tarfile
from pathlib import Path

directory = Path(sys.argv[1])
for name, *_ in map(str.split, (directory / "list").read_text().splitlines()):
    archive = directory / f"{name}.tar.gz"
    with gzip.open(archive) as content, tarfile.open(fileobj=content) as tar:
        manifest = json.load(tar.extractfile("manifest.json") or sys.exit(f"{archive} has no manifest"))
        unpacked = sum(entry.size for entry in tar.getmembers())
    layers = len(manifest[0]["Layers"])
    print(f"| `{name}` | {archive.stat().st_size / 1e6:.0f} MB | {unpacked / 1e6:.0f} MB | {layers} |")

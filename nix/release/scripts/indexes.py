"""Join the images of several architectures: an OCI image index for each, in a layout.

    indexes.py OUT LAYOUTS…

`verify` writes an index in the same way, to compare.

Each of LAYOUTS is what layouts.nix makes for one architecture. OUT gets a layout for
each image (https://specs.opencontainers.org/image-spec/image-index/) and `list`, with a
line for each: name, repository, tag. The tag is the beginning of the index's digest.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

INDEX = "application/vnd.oci.image.index.v1+json"


def encode(document: Any) -> bytes:
    return json.dumps(document, sort_keys=True).encode()


def described(layout: Path) -> dict[str, Any]:
    """The image's descriptor with its platform, and without its name in this layout."""
    (image,) = json.loads((layout / "index.json").read_text())["manifests"]
    return {key: image[key] for key in ("mediaType", "digest", "size", "platform")}


def write(images: list[dict[str, Any]]) -> bytes:
    """The index of images with these descriptors."""
    return encode({"schemaVersion": 2, "mediaType": INDEX, "manifests": images})


def join(layouts: list[Path], target: Path) -> str:
    """Write the layout; the digest of its index."""
    blobs = target / "blobs/sha256"
    blobs.mkdir(parents=True)
    for blob in (
        blob for layout in layouts for blob in (layout / "blobs/sha256").iterdir()
    ):
        if not (blobs / blob.name).is_symlink():
            (blobs / blob.name).symlink_to(blob.resolve())
    index = write([described(layout) for layout in layouts])
    digest = hashlib.sha256(index).hexdigest()
    (blobs / digest).write_bytes(index)
    descriptor = {"mediaType": INDEX, "digest": f"sha256:{digest}", "size": len(index)}
    (target / "index.json").write_bytes(
        encode({"schemaVersion": 2, "manifests": [descriptor]})
    )
    (target / "oci-layout").write_bytes(encode({"imageLayoutVersion": "1.0.0"}))
    return digest


def main() -> None:
    out, *layouts = map(Path, sys.argv[1:])
    out.mkdir()
    lines = []
    for line in (layouts[0] / "list").read_text().splitlines():
        name, repository, _ = line.split()
        digest = join([layout / name for layout in layouts], out / name)
        lines.append(f"{name} {repository} {digest[:12]}\n")
    (out / "list").write_text("".join(lines))


if __name__ == "__main__":
    main()

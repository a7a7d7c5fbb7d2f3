"""Write an image from its layers: an OCI layout, beside Docker's own manifest.json.

Run by default.nix. The output `out` is the layout, its blobs links to the layers
(https://specs.opencontainers.org/image-spec/); `metadata` holds the image's
configuration and `reference`, the image's name and tag. The tag is the beginning of the
manifest's digest: the same image has the same tag, and another image has another one.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

CREATED = "1970-01-01T00:00:01Z"

type Document = dict[str, Any]


def encode(document: Document | list[Document]) -> bytes:
    return json.dumps(document, sort_keys=True).encode()


def media_type(kind: str) -> str:
    return f"application/vnd.oci.image.{kind}.v1+json"


def descriptor(kind: str, content: bytes) -> Document:
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return {"mediaType": media_type(kind), "digest": digest, "size": len(content)}


def blob(described: Document) -> str:
    """Its place in the layout."""
    return f"blobs/{described['digest'].replace(':', '/')}"


def configuration(attributes: Document, layers: list[Document]) -> Document:
    return {
        "created": CREATED,
        "architecture": attributes["architecture"],
        "os": "linux",
        "config": attributes["config"],
        "rootfs": {
            "type": "layers",
            "diff_ids": [layer["diff_id"] for layer in layers],
        },
        "history": [
            {"created": CREATED, "created_by": " ".join(layer["names"])}
            for layer in layers
        ],
    }


def index(described: Document, config: Document, repository: str, tag: str) -> Document:
    """The layout's index; its annotations name the image for containerd and podman."""
    named = described | {
        "platform": {"architecture": config["architecture"], "os": config["os"]},
        "annotations": {
            "io.containerd.image.name": f"docker.io/library/{repository}:{tag}",
            "org.opencontainers.image.ref.name": tag,
        },
    }
    return {"schemaVersion": 2, "mediaType": media_type("index"), "manifests": [named]}


def main() -> None:
    attributes = json.loads(Path(os.environ["NIX_ATTRS_JSON_FILE"]).read_text())
    out, metadata = (Path(attributes["outputs"][name]) for name in ("out", "metadata"))
    metadata.mkdir()
    (out / "blobs/sha256").mkdir(parents=True)

    layers = []
    for directory in attributes["layers"]:
        layer = json.loads(Path(directory, "layer.json").read_text())
        if layer["names"]:
            (out / blob(layer["descriptor"])).symlink_to(Path(directory, "blob"))
            layers.append(layer)

    config = configuration(attributes, layers)
    (metadata / "config.json").write_bytes(encode(config))
    manifest: Document = {
        "schemaVersion": 2,
        "mediaType": media_type("manifest"),
        "config": descriptor("config", encode(config)),
        "layers": [layer["descriptor"] for layer in layers],
    }
    described = descriptor("manifest", encode(manifest))
    (out / blob(manifest["config"])).symlink_to(metadata / "config.json")
    (out / blob(described)).write_bytes(encode(manifest))

    repository, tag = (
        attributes["repository"],
        described["digest"].removeprefix("sha256:")[:12],
    )
    (metadata / "reference").write_text(f"{repository} {tag}\n")
    (out / "oci-layout").write_bytes(encode({"imageLayoutVersion": "1.0.0"}))
    (out / "index.json").write_bytes(encode(index(described, config, repository, tag)))
    for_docker = {
        "Config": blob(manifest["config"]),
        "Layers": [blob(layer) for layer in manifest["layers"]],
        "RepoTags": [f"{repository}:{tag}"],
    }
    (out / "manifest.json").write_bytes(encode([for_docker]))


if __name__ == "__main__":
    main()

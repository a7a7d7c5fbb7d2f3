"""Each layout is valid by OCI's specification, and Docker's manifest says the same."""

import gzip
import hashlib
import json
import os
from pathlib import Path

import jsonschema
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from support.images import SERVICE, Image

SCHEMAS = Path(os.environ["specification"], "schema")


def retrieve(address: str) -> Resource:
    """A schema that another one names by its file."""
    return Resource(
        json.loads((SCHEMAS / address.rsplit("/", 1)[-1]).read_text()), DRAFT4
    )


def validate(document: dict, schema: str) -> None:
    validator = jsonschema.Draft4Validator(
        retrieve(schema).contents, registry=Registry(retrieve=retrieve)
    )
    validator.validate(document)


def descriptors(image: Image) -> list[dict]:
    return [
        *image.index["manifests"],
        image.manifest["config"],
        *image.manifest["layers"],
    ]


def test_documents_are_valid(image: Image):
    validate(
        json.loads((image.layout / "oci-layout").read_text()),
        "image-layout-schema.json",
    )
    validate(image.index, "image-index-schema.json")
    validate(image.manifest, "image-manifest-schema.json")
    validate(image.image, "config-schema.json")


def test_schemas_find_what_is_wrong(image: Image):
    wrong = {**image.manifest["layers"][0], "digest": "sha256:"}
    with pytest.raises(jsonschema.ValidationError):
        validate({**image.manifest, "layers": [wrong]}, "image-manifest-schema.json")


def test_blobs_are_what_their_descriptors_say(image: Image):
    for described in descriptors(image):
        content = image.blob(described).read_bytes()
        assert described["digest"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert described["size"] == len(content)
    assert len(list((image.layout / "blobs/sha256").iterdir())) == len(
        descriptors(image)
    )


def test_layers_are_what_the_configuration_says(image: Image):
    contents = (
        gzip.decompress(image.blob(layer).read_bytes())
        for layer in image.manifest["layers"]
    )
    digests = [f"sha256:{hashlib.sha256(content).hexdigest()}" for content in contents]
    assert image.image["rootfs"] == {"type": "layers", "diff_ids": digests}


def test_the_manifest_for_docker_is_the_same_image(image: Image):
    (docker,) = json.loads((image.layout / "manifest.json").read_text())
    assert image.layout / docker["Config"] == image.blob(image.manifest["config"])
    assert [image.layout / layer for layer in docker["Layers"]] == [
        image.blob(layer) for layer in image.manifest["layers"]
    ]
    (described,) = image.index["manifests"]
    tag = described["digest"].removeprefix("sha256:")[:12]
    assert docker["RepoTags"] == [f"{SERVICE}-{image.name}:{tag}"]
    assert (
        described["annotations"]["io.containerd.image.name"]
        == f"docker.io/library/{SERVICE}-{image.name}:{tag}"
    )

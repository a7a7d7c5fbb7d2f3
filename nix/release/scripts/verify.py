"""Compare images of a registry with those that this tree builds.

    verify.py LAYOUTS ARCHITECTURES VERSION [OPTION…] REFERENCE…

LAYOUTS are folders with `:` between them, one for each architecture that was built here;
ARCHITECTURES are all that the tree declares, with `:`, too. A reference is PREFIX/IMAGE with a tag,
a digest or both, as `push` prints it; PREFIX alone stands for the version of every image. Options
are those of `skopeo inspect`. Exit status 1 and a sentence for each image that is another one.

An index is right only where it has the bytes that `push` would send: engines choose among what it
names by rules of their own (linux/amd64/v1 and LINUX/x86_64 are amd64, too), and there is more than
one way to read JSON.
"""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from indexes import described, write

Document = dict[str, Any]
SHOWN = 8  # names of store paths in a sentence
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class ImageError(Exception):
    """A sentence that says what is wrong with an image."""


class Image:
    """A manifest and its configuration, as bytes of a registry or of a layout."""

    def __init__(self, manifest: bytes, configuration: bytes) -> None:
        self.digest = f"sha256:{hashlib.sha256(manifest).hexdigest()}"
        self.layers = [layer["digest"] for layer in json.loads(manifest)["layers"]]
        self.configuration: Document = json.loads(configuration)

    def names(self, layer: int) -> set[str]:
        """Of the store paths that a layer holds; none where nothing tells."""
        history = [
            step for step in self.configuration.get("history", []) if not step.get("empty_layer")
        ]
        return set(history[layer].get("created_by", "").split()) if layer < len(history) else set()

    def settings(self) -> Document:
        settings: Document = self.configuration.get("config", {})
        rest = {key: self.configuration.get(key) for key in ("architecture", "os", "created")}
        return rest | settings


def built(layout: Path) -> Image:
    def blob(descriptor: Document) -> bytes:
        digest: str = descriptor["digest"]
        return (layout / "blobs" / digest.replace(":", "/")).read_bytes()

    manifest = blob(described(layout))
    return Image(manifest, blob(json.loads(manifest)["config"]))


def platform(document: Document) -> str:
    """As Docker writes one: linux/amd64, linux/arm64/v8."""
    parts = (document.get(key) for key in ("os", "architecture", "variant"))
    return "/".join(str(part) for part in parts if part)


def inspect(reference: str, *options: str) -> bytes:
    """What skopeo says of it.

    Raises:
        ImageError: the registry does not have it.
    """
    command = ["skopeo", "inspect", "--raw", *options, f"docker://{reference}"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)
    words = done.stderr.decode().strip()
    if done.returncode and re.search("(manifest|name) unknown", words):
        raise ImageError(f"{reference} is not in the registry.")
    if done.returncode:
        raise ImageError(f"{reference} cannot be read: {words}")
    digest = reference.partition("@sha256:")[2]
    if digest and "--config" not in options and hashlib.sha256(done.stdout).hexdigest() != digest:
        raise ImageError(f"the registry gives something else for {reference}.")
    return done.stdout


def read(reference: str, options: list[str]) -> Image:
    """The image of a registry.

    Raises:
        ImageError: it is none.
    """
    manifest = inspect(reference, *options)
    if "layers" not in json.loads(manifest):
        raise ImageError(f"{reference} is no OCI image.")
    return Image(manifest, inspect(reference, "--config", *options))


def repository(reference: str) -> str:
    """The reference without its tag and its digest."""
    folder, slash, name = reference.partition("@")[0].rpartition("/")
    return folder + slash + name.partition(":")[0]


def without_tag(reference: str) -> str:
    """skopeo takes a tag or a digest, and the digest is what counts."""
    digest = reference.partition("@")[2]
    return f"{repository(reference)}@{digest}" if digest else reference


def printable(error: ImageError) -> str:
    """The sentence on one line: parts of it are a registry's."""
    return "".join(sign if sign.isprintable() else "?" for sign in str(error))


def listed(names: set[str]) -> str:
    shown = sorted(names)[:SHOWN]
    return ", ".join(shown) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def of_layer(number: int, ours: Image, theirs: Image) -> str:
    only_theirs = theirs.names(number) - ours.names(number)
    only_ours = ours.names(number) - theirs.names(number)
    where = f"layer {number + 1}"
    if not only_theirs and not only_ours:
        return f"{where} differs inside {listed(ours.names(number))}"
    told = [
        f"only the {whose} has {listed(names)}"
        for whose, names in (("registry's", only_theirs), ("tree's", only_ours))
        if names
    ]
    return f"in {where} {' and '.join(told)}"


def differences(ours: Image, theirs: Image) -> Iterator[str]:
    for number, (one, other) in enumerate(zip_longest(ours.layers, theirs.layers)):
        if one != other:
            yield of_layer(number, ours, theirs)
    one, other = ours.settings(), theirs.settings()
    keys = {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}
    if keys:
        yield f"the configuration differs in {', '.join(sorted(keys))}"


def refuse_differing(reference: str, ours: Image, theirs: Image) -> None:
    """
    Raises:
        ImageError: they are two images; it says how they differ.
    """
    if ours.digest == theirs.digest:
        return
    found = "; ".join(differences(ours, theirs)) or "the manifests alone differ"
    name = platform(ours.configuration)
    raise ImageError(
        f"{reference} is not {ours.digest}, which this tree builds for {name}: {found}."
    )


def compare_image(reference: str, manifest: bytes, layouts: list[Path], options: list[str]) -> str:
    """Its architecture.

    Raises:
        ImageError: it is another one than the tree builds for its platform, or for another one.
    """
    theirs = Image(manifest, inspect(reference, "--config", *options))
    name = platform(theirs.configuration)
    ours = {platform(image.configuration): image for image in map(built, layouts)}
    if name not in ours:
        raise ImageError(f"{reference} is for {name}, which was not built.")
    refuse_differing(reference, ours[name], theirs)
    return str(theirs.configuration["architecture"])


def expected(document: Document, layouts: list[Path], architectures: list[str]) -> bytes:
    """The index that the tree writes, with the registry's images for what was not built here.

    Raises:
        ImageError: it has no image for one of them.
    """
    ours = {image["platform"]["architecture"]: image for image in map(described, layouts)}
    images = []
    for architecture in architectures:
        one = {"architecture": architecture, "os": "linux"}
        named = [image for image in document["manifests"] if image["platform"] == one]
        if not named:
            raise ImageError(f"has no image for {platform(one)}, which this tree builds")
        theirs = {"mediaType": MANIFEST, "digest": named[0]["digest"], "size": named[0]["size"]}
        images.append(ours.get(architecture, theirs | {"platform": one}))
    return write(images)


def compare_index(
    reference: str,
    content: bytes,
    layouts: list[Path],
    architectures: list[str],
    options: list[str],
) -> None:
    """
    Raises:
        ImageError: it has other bytes than the tree's.
    """
    document = json.loads(content)
    if "manifests" not in document:
        raise ImageError(f"{reference} is no OCI image.")
    try:
        if content == expected(document, layouts, architectures):
            return
    except ImageError as error:
        raise ImageError(f"{reference} {error}.") from None
    for layout in layouts:
        wanted = described(layout)["platform"]
        for image in document["manifests"]:
            if image["platform"] == wanted:
                theirs = read(f"{repository(reference)}@{image['digest']}", options)
                refuse_differing(reference, built(layout), theirs)
    named = [platform(image["platform"]) for image in document["manifests"]]
    raise ImageError(
        f"{reference} is not the index that this tree writes, for {', '.join(architectures)}: "
        f"it names {', '.join(named)}."
    )


def compare(
    reference: str, layouts: list[Path], architectures: list[str], options: list[str]
) -> None:
    """Say that it is the same, or which of its platforms were not compared.

    Raises:
        ImageError: it is another one, or not there.
    """
    address = without_tag(reference)
    content = inspect(address, *options)
    if "layers" in json.loads(content):
        compared = [compare_image(reference, content, layouts, options)]
    else:
        compare_index(reference, content, layouts, architectures, options)
        compared = [described(layout)["platform"]["architecture"] for layout in layouts]
    rest = [f"linux/{name}" for name in architectures if name not in compared]
    said = f"; {listed(set(rest))} was not compared" if rest else ""
    print(f"verify: {reference} is what this tree builds{said}")


def references(
    text: str, layouts: dict[str, list[Path]], version: str
) -> list[tuple[str, list[Path]]]:
    """What it stands for, with the layouts.

    Raises:
        ImageError: the tree builds no such image.
    """
    if "@" in text and not re.fullmatch("[^@]+@sha256:[0-9a-f]{64}", text):
        raise ImageError(f"{text} has no digest of the form @sha256:….")
    if layout := layouts.get(repository(text).rpartition("/")[2]):
        return [(text, layout)]
    if repository(text) != text:
        raise ImageError(
            f"{text} is none of the images of this tree: {', '.join(sorted(layouts))}."
        )
    return [(f"{text}/{name}:{version}", layout) for name, layout in layouts.items()]


def read_lists(directories: list[Path]) -> dict[str, list[Path]]:
    """The layouts by the images' names in a registry."""
    lines = (directories[0] / "list").read_text().splitlines()
    return {
        name: [directory / folder for directory in directories]
        for folder, name, _ in map(str.split, lines)
    }


def main() -> int:
    folders, architectures, version, *words = sys.argv[1:]
    options = [word for word in words if word.startswith("-")]
    named = [word for word in words if not word.startswith("-")]
    if not named:
        sys.exit("verify: give it images as `push` printed them, or the prefix alone.")
    layouts = read_lists([Path(part) for part in folders.split(":")])
    try:
        found = [pair for word in named for pair in references(word, layouts, version)]
    except ImageError as error:
        sys.exit(f"verify: {error}")
    status = 0
    for reference, layout in found:
        try:
            compare(reference, layout, architectures.split(":"), options)
        except ImageError as error:
            print(f"verify: {printable(error)}", file=sys.stderr)
            status = 1
        except (AttributeError, LookupError, TypeError, ValueError):
            print(f"verify: what the registry gives for {reference} is no image.", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())

"""Compare images of a registry with those that this tree builds.

    verify.py LAYOUTS ARCHITECTURES VERSION [OPTION…] REFERENCE…

LAYOUTS are folders with `:` between them, one for each architecture that was built
here; ARCHITECTURES are all that the tree declares, with `:`, too. A reference is
PREFIX/IMAGE with a tag, a digest or both, as `push` prints it; PREFIX alone stands for
the version of every image. `--layers` fetches the layers, too, whose digests are
compared in any case. Other options are those of `skopeo inspect`. Exit status 1 and a
sentence for each image that is another one; diffoscope tells how they differ.

An index is right only where it has the bytes that `push` would send: engines choose
among what it names by rules of their own (linux/amd64/v1 and LINUX/x86_64 are amd64,
too), and there is more than one way to read JSON.
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from indexes import described, write

Document = dict[str, Any]
# What a document of any form raises where it is read as one of an image.
NONSENSE = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
LAYERS = "--layers"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class ImageError(Exception):
    """A sentence that says what is wrong with an image."""


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def platform(document: Document) -> str:
    """As Docker writes one: linux/amd64, linux/arm64/v8."""
    parts = (document.get(key) for key in ("os", "architecture", "variant"))
    return "/".join(str(part) for part in parts if part)


def inspect(reference: str, *options: str) -> bytes:
    """What skopeo says of it.

    Raises:
        ImageError: the registry does not have it.
    """
    address = f"docker://{without_tag(reference)}"
    command = ["skopeo", "inspect", "--raw", *options, address]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)
    words = done.stderr.decode().strip()
    if done.returncode and re.search("(manifest|name) unknown", words):
        raise ImageError(f"{reference} is not in the registry.")
    if done.returncode:
        raise ImageError(f"{reference} cannot be read: {words}")
    digest = reference.partition("@")[2]
    if digest and "--config" not in options and digest_of(done.stdout) != digest:
        raise ImageError(f"the registry gives something else for {reference}.")
    return done.stdout


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


def compare_image(
    reference: str, manifest: bytes, layouts: list[Path], options: list[str]
) -> str:
    """Its architecture.

    Raises:
        ImageError: the tree builds another one for its platform, or none was built.
    """
    configuration = json.loads(inspect(reference, "--config", *options))
    name = platform(configuration)
    ours = {platform(one["platform"]): one["digest"] for one in map(described, layouts)}
    if name not in ours:
        raise ImageError(f"{reference} is for {name}, which was not built.")
    if digest_of(manifest) != ours[name]:
        wanted = f"{ours[name]}, which this tree builds for {name}"
        raise ImageError(f"{reference} is not {wanted}.")
    return str(configuration["architecture"])


def expected(
    reference: str, document: Document, layouts: list[Path], architectures: list[str]
) -> list[Document]:
    """What the tree's index names; for what was not built here, the registry's image.

    Raises:
        ImageError: it has no image for one of them.
    """
    ours = {one["platform"]["architecture"]: one for one in map(described, layouts)}
    images = []
    for architecture in architectures:
        one = {"architecture": architecture, "os": "linux"}
        named = [image for image in document["manifests"] if image["platform"] == one]
        if not named:
            missing = f"{platform(one)}, which this tree builds"
            raise ImageError(f"{reference} has no image for {missing}.")
        theirs = {key: named[0][key] for key in ("digest", "size")}
        theirs |= {"mediaType": MANIFEST, "platform": one}
        images.append(ours.get(architecture, theirs))
    return images


def listed(images: list[Document]) -> str:
    return ", ".join(f"{platform(one['platform'])} {one['digest']}" for one in images)


def compare_index(
    reference: str, content: bytes, layouts: list[Path], architectures: list[str]
) -> None:
    """
    Raises:
        ImageError: it has other bytes than the tree's.
    """
    document = json.loads(content)
    if "manifests" not in document:
        raise ImageError(f"{reference} is no OCI image.")
    wanted = expected(reference, document, layouts, architectures)
    if content != write(wanted):
        named = f"it names {listed(document['manifests'])}, the tree's {listed(wanted)}"
        raise ImageError(
            f"{reference} is not the index that this tree writes: {named}."
        )


def compare(
    reference: str,
    layouts: list[Path],
    architectures: list[str],
    options: list[str],
    layers: bool,
) -> None:
    """Say that it is the same, or which of its platforms were not compared.

    Raises:
        ImageError: it is another one, or not there.
    """
    content = inspect(reference, *options)
    # A tag may lead elsewhere a moment later.
    reference = f"{reference.partition('@')[0]}@{digest_of(content)}"
    if "layers" in json.loads(content):
        compared = [compare_image(reference, content, layouts, options)]
    else:
        compare_index(reference, content, layouts, architectures)
        compared = [described(layout)["platform"]["architecture"] for layout in layouts]
    if layers:
        fetch(reference, options)
    rest = [f"linux/{name}" for name in architectures if name not in compared]
    said = f"; {', '.join(rest)} was not compared" if rest else ""
    print(f"verify: {reference} is what this tree builds{said}")


def fetch(reference: str, options: list[str]) -> None:
    """All that it consists of; skopeo compares each blob with its digest.

    Raises:
        ImageError: the registry has not all of it, or something else.
    """
    of_source = re.compile("--(?=cert-dir|creds|no-creds|registry-token|tls-verify)")
    words = [of_source.sub("--src-", word, count=1) for word in options]
    address = f"docker://{without_tag(reference)}"
    with tempfile.TemporaryDirectory() as folder:
        command = ["skopeo", "--insecure-policy", "--tmpdir", folder, "copy", "--all"]
        command += ["--quiet", *words, address, f"oci:{folder}/image"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        said = done.stderr.decode().strip()
        raise ImageError(f"the layers of {reference} cannot be fetched: {said}")


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
    options = [word for word in words if word.startswith("-") and word != LAYERS]
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
            compare(
                reference, layout, architectures.split(":"), options, LAYERS in words
            )
        except ImageError as error:
            print(f"verify: {printable(error)}", file=sys.stderr)
            status = 1
        except NONSENSE:
            print(
                f"verify: what the registry gives for {reference} is no image.",
                file=sys.stderr,
            )
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())

"""Say what images were built from: SLSA's provenance of each, for each architecture.

    provenance.py COMMIT OUT METHOD

OUT gets NAME.ARCHITECTURE.json for each: a predicate
(https://slsa.dev/spec/v1.0/provenance) with each file that fetchers brought for the
image, the locks and the commit. METHOD says how it was built.
The variable RELEASE names what ../provenance.nix tells of the images, and BUILDER names
who builds; else that is a workflow of GitHub by its address, or whoever has the key.
"""

import functools
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

type Document = dict[str, Any]

INPUT = re.compile(r'\("(/nix/store/[^"]+\.drv)",\["')
# A derivation whose result is known by its hash: a file's own, or of what Nix packs of
# a folder (r:).
FETCHED = re.compile(r'Derive\(\[\("out","([^"]+)","(r:)?(\w+)","([0-9a-f]+)"\)\],')
# In a variable of its own, or in the JSON of structured attributes.
ADDRESS = re.compile(r'\burls?(?:","|\\":\[?\\")((?:https?|ftp|mirror)://[^\s"\\]+)')


@functools.cache
def read(derivation: str) -> tuple[frozenset[str], Document | None]:
    """The derivations that one needs, and the file that it fetches, if it does."""
    text = Path(derivation).read_text()
    found = FETCHED.match(text)
    if not found:
        return frozenset(INPUT.findall(text)), None
    path, packed, algorithm, digest = found.groups()
    file: Document = {
        "name": path.partition("-")[2],
        "digest": {algorithm: digest},
    }
    if address := ADDRESS.search(text[found.end() :]):
        file["uri"] = address[1]
    if packed:
        file["annotations"] = {"digest": "of Nix's archive (NAR) of the folder"}
    return frozenset(), file


def fetched(derivation: str) -> Iterator[Document]:
    """Each file that was fetched for what a derivation makes."""
    seen, waiting = {derivation}, [derivation]
    while waiting:
        needed, file = read(waiting.pop())
        if file:
            yield file
        waiting.extend(needed - seen)
        seen |= needed


def builder() -> str:
    """An address."""
    workflow = os.environ.get("GITHUB_WORKFLOW_REF", "")
    hosted = f"{os.environ.get('GITHUB_SERVER_URL', '')}/{workflow}" if workflow else ""
    return os.environ.get("BUILDER") or hosted or "urn:whoever-has-the-key"


def metadata() -> Document:
    """The run of a workflow, where there is one."""
    run = os.environ.get("GITHUB_RUN_ID", "")
    attempt = os.environ.get("GITHUB_RUN_ATTEMPT", "1")
    return {"invocationId": f"{run}/{attempt}"} if run else {}


def by_file(name: str, file: Path) -> Document:
    return {
        "name": name,
        "digest": {"sha256": hashlib.sha256(file.read_bytes()).hexdigest()},
    }


def by_manifest(platform: str, layout: Path) -> Document:
    (image,) = json.loads((layout / "index.json").read_text())["manifests"]
    return {"name": platform, "digest": {"sha256": image["digest"].split(":")[1]}}


def materials(release: Document, derivation: str) -> list[Document]:
    """The locks, and the files that were fetched for what a derivation makes."""
    locks = [
        {"name": lock, "digest": {"sha256": digest}}
        for lock, digest in release["locks"].items()
    ]
    # Many are called `source`.
    files = {json.dumps(file, sort_keys=True): file for file in fetched(derivation)}
    ordered = sorted(files, key=lambda key: (files[key]["name"], key))
    return [*locks, *(files[key] for key in ordered)]


def provenance(
    release: Document, source: Document, one: Document, image: tuple[str, str]
) -> Document:
    """The predicate of an image, by its name and repository, for the platform `one`."""
    name, repository = image
    platform = f"linux/{one['architecture']}"
    return {
        "buildDefinition": {
            "buildType": f"{release['repository']}#nix-image/v1",
            "externalParameters": {
                "source": source,
                "image": repository,
                "version": release["version"],
                "platform": platform,
            },
            "internalParameters": {"packageSet": release["packageSet"]},
            "resolvedDependencies": [
                source,
                *materials(release, one["derivations"][name]),
            ],
        },
        "runDetails": {
            "builder": {"id": builder(), "version": {"nix": nix_version()}},
            "metadata": metadata(),
            "byproducts": [
                by_manifest(platform, Path(one["layouts"], name)),
                by_file("CycloneDX", Path(one["sboms"], f"{name}.cdx.json")),
            ],
        },
    }


@functools.cache
def nix_version() -> str:
    asked = ["nix", "--version"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    return said.split()[-1]


def main() -> None:
    commit, out, method = sys.argv[1:]
    release = json.loads(Path(os.environ["RELEASE"]).read_text())
    if not release["repository"]:
        sys.exit("pyproject.toml must have the repository: source of [project.urls].")
    source = {"uri": f"git+{release['repository']}", "digest": {"gitCommit": commit}}
    for one in release["platforms"]:
        for line in Path(one["layouts"], "list").read_text().splitlines():
            name, repository, _ = line.split()
            document = provenance(release, source, one, (name, repository))
            document["buildDefinition"]["internalParameters"]["method"] = method
            target = Path(out, f"{name}.{one['architecture']}.json")
            target.write_text(json.dumps(document))


if __name__ == "__main__":
    main()

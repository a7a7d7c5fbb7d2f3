"""A registry of images, and the programs that use it."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import requests

from support.processes import answers, free_port
from support.program import Program

# Of each image: its name, its repository and the tag of what this architecture's has.
LIST = [
    line.split()
    for line in Path(os.environ["layouts"], "list").read_text().splitlines()
]
VERSION = tomllib.loads(Path(os.environ["configuration"]).read_text())["project"][
    "version"
]
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIGURATION = """
version: 0.1
log: {accesslog: {disabled: false}, level: error}
http: {addr: "127.0.0.1:%d"}
storage: {filesystem: {rootdirectory: %s}}
"""


class Registry(Program):
    """The registry's process, what it stores, and what it was sent."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.address = f"127.0.0.1:{free_port()}"
        (directory / "configuration.yml").write_text(
            CONFIGURATION % (int(self.address.split(":")[1]), directory)
        )
        command = [
            os.environ["registry"],
            "serve",
            str(directory / "configuration.yml"),
        ]
        super().__init__(
            command, {"OTEL_TRACES_EXPORTER": "none"}, output=directory / "log"
        )

    def is_ready(self) -> bool:
        return answers(f"http://{self.address}/v2/")

    def url(self, path: str) -> str:
        return f"http://{self.address}/v2/team/{path}"

    def get(self, path: str) -> requests.Response:
        return requests.get(
            self.url(path), headers={"Accept": f"{INDEX}, {MANIFEST}"}, timeout=10
        )

    def put_index(self, path: str, content: bytes) -> str:
        """Its digest."""
        answer = requests.put(
            self.url(path), content, headers={"Content-Type": INDEX}, timeout=10
        )
        answer.raise_for_status()
        return answer.headers["Docker-Content-Digest"]

    def uploads(self) -> int:
        """How many blobs it was sent."""
        return len(
            re.findall(
                r'"PUT /v2/\S+/blobs/uploads/', (self.directory / "log").read_text()
            )
        )

    def blobs(self) -> dict[str, int]:
        """Bytes by digest."""
        stored = (self.directory / "docker/registry/v2/blobs/sha256").glob("*/*/data")
        return {f"sha256:{blob.parent.name}": blob.stat().st_size for blob in stored}


def environment(home: Path) -> dict[str, str]:
    """As on a machine whose caches are in `home`."""
    return {"PATH": os.environ["PATH"], "HOME": str(home)}


def run(
    program: str, home: Path, *arguments: str, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run the program that a variable names."""
    return subprocess.run(
        [os.environ[program], *arguments],
        env=environment(home) | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )

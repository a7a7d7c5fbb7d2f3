"""`push` and a registry.

A blob is sent once, tags tell version and content, nothing unclear is pushed.
"""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import requests

from support.processes import answers, free_port
from support.program import Program

LIST = [line.split() for line in Path(os.environ["layouts"], "list").read_text().splitlines()]
SERVICE = os.environ["SERVICE_NAME"]
VERSION = tomllib.loads(Path(os.environ["configuration"]).read_text())["project"]["version"]
OCI = {"Accept": "application/vnd.oci.image.manifest.v1+json"}
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
        command = [os.environ["registry"], "serve", str(directory / "configuration.yml")]
        super().__init__(command, {"OTEL_TRACES_EXPORTER": "none"}, output=directory / "log")

    def is_ready(self) -> bool:
        return answers(f"http://{self.address}/v2/")

    def get(self, path: str) -> requests.Response:
        return requests.get(f"http://{self.address}/v2/team/{path}", headers=OCI, timeout=10)

    def uploads(self) -> int:
        """How many blobs it was sent."""
        return len(re.findall(r'"PUT /v2/\S+/blobs/uploads/', (self.directory / "log").read_text()))

    def blobs(self) -> dict[str, int]:
        """Bytes by digest."""
        stored = (self.directory / "docker/registry/v2/blobs/sha256").glob("*/*/data")
        return {f"sha256:{blob.parent.name}": blob.stat().st_size for blob in stored}


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    registry = Registry(tmp_path_factory.mktemp("registry"))
    registry.start()
    yield registry
    registry.end()


def push(program: str, home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run it as on a machine whose caches are in `home`."""
    return subprocess.run(
        [os.environ[program], *arguments],
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def pushed(registry, home) -> str:
    """What the first push prints."""
    done = push("push", home, f"{registry.address}/team", "--dest-tls-verify=false")
    assert done.returncode == 0, done
    return done.stdout


def test_version_and_content_are_tags_of_what_was_printed(registry, pushed):
    for line, (_, repository, tag) in zip(pushed.splitlines(), LIST, strict=True):
        name, digest = line.split("@")
        assert name == f"{registry.address}/team/{repository}:{VERSION}"
        for reference in (VERSION, tag):
            answer = registry.get(f"{repository}/manifests/{reference}")
            assert answer.headers["Docker-Content-Digest"] == digest
        assert digest.removeprefix("sha256:").startswith(tag)


def test_what_the_registry_has_is_what_was_built(registry, pushed):
    for name, repository, tag in LIST:
        for layer in registry.get(f"{repository}/manifests/{tag}").json()["layers"]:
            built = Path(os.environ["layouts"], name, "blobs", layer["digest"].replace(":", "/"))
            assert (
                registry.get(f"{repository}/blobs/{layer['digest']}").content == built.read_bytes()
            )


def test_images_share_what_is_alike(registry, pushed):
    manifests = [
        registry.get(f"{repository}/manifests/{tag}").json() for _, repository, tag in LIST
    ]
    every = [layer["digest"] for manifest in manifests for layer in manifest["layers"]]
    assert len(set(every)) < len(every)
    assert registry.uploads() == len(set(every)) + len(manifests)  # and each one's configuration


@pytest.mark.parametrize("machine", ["the same machine", "another machine"])
def test_second_push_sends_no_blob(registry, pushed, home, tmp_path, machine: str):
    before = registry.uploads()
    again = push(
        "push",
        home if machine == "the same machine" else tmp_path,
        f"{registry.address}/team",
        "--dest-tls-verify=false",
    )
    assert again.stdout == pushed
    assert registry.uploads() == before


def test_changed_line_sends_one_small_layer(registry, pushed, tmp_path):
    uploads, before = registry.uploads(), registry.blobs()
    done = push("push_changed", tmp_path, f"{registry.address}/team", "--dest-tls-verify=false")
    assert done.returncode == 0, done
    assert len(set(done.stdout.splitlines()) - set(pushed.splitlines())) == 1
    layers = registry.get(f"{SERVICE}-server/manifests/{VERSION}").json()["layers"]
    new = {layer["digest"]: layer["size"] for layer in layers if layer["digest"] not in before}
    assert new == {layers[-1]["digest"]: layers[-1]["size"]}
    assert registry.uploads() - uploads == 2  # and the configuration


def test_release_by_itself_sends_no_layer(registry, pushed, tmp_path):
    uploads = registry.uploads()
    done = push("push_released", tmp_path, f"{registry.address}/team", "--dest-tls-verify=false")
    assert done.returncode == 0, done
    assert registry.uploads() - uploads == len(LIST)  # the configurations alone
    for _, repository, tag in LIST:
        before = registry.get(f"{repository}/manifests/{tag}").json()
        after = registry.get(f"{repository}/manifests/7.8.9").json()
        assert before["layers"] == after["layers"]
        assert before["config"] != after["config"]


def test_tree_with_changes_is_refused(registry, tmp_path):
    before = registry.blobs()
    done = push("push_dirty", tmp_path, f"{registry.address}/other", "--dest-tls-verify=false")
    assert done.returncode == 1
    assert "commit everything" in done.stderr
    assert registry.blobs() == before


@pytest.mark.parametrize(
    "arguments", [[], [""], ["--help"], ["docker://registry/team"], ["a.b/team/"], ["team"]]
)
def test_unclear_target_is_refused(tmp_path, arguments: list[str]):
    done = push("push", tmp_path, *arguments)
    assert done.returncode == 1
    assert "such as: push registry.example.com/team" in done.stderr


def test_registry_that_is_away_is_named(tmp_path):
    done = push("push", tmp_path, f"127.0.0.1:{free_port()}/team", "--dest-tls-verify=false")
    assert done.returncode == 1
    assert "could not be pushed" in done.stderr.splitlines()[-1]
    assert done.stdout == ""

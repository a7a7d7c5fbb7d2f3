"""`push` and a registry.

A blob is sent once, tags tell version and content, nothing unclear is pushed.
"""

import os
from pathlib import Path

import pytest

from support.processes import free_port
from support.registry import LIST, VERSION, run

SERVICE = os.environ["SERVICE_NAME"]


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
    again = run(
        "push",
        home if machine == "the same machine" else tmp_path,
        f"{registry.address}/team",
        "--dest-tls-verify=false",
    )
    assert again.stdout == pushed
    assert registry.uploads() == before


def test_changed_line_sends_one_small_layer(registry, pushed, tmp_path):
    uploads, before = registry.uploads(), registry.blobs()
    done = run("push_changed", tmp_path, f"{registry.address}/team", "--dest-tls-verify=false")
    assert done.returncode == 0, done
    assert len(set(done.stdout.splitlines()) - set(pushed.splitlines())) == 1
    layers = registry.get(f"{SERVICE}-server/manifests/{VERSION}").json()["layers"]
    new = {layer["digest"]: layer["size"] for layer in layers if layer["digest"] not in before}
    assert new == {layers[-1]["digest"]: layers[-1]["size"]}
    assert registry.uploads() - uploads == 2  # and the configuration


def test_tree_with_changes_is_refused(registry, tmp_path):
    before = registry.blobs()
    done = run("push_dirty", tmp_path, f"{registry.address}/other", "--dest-tls-verify=false")
    assert done.returncode == 1
    assert "commit everything" in done.stderr
    assert registry.blobs() == before


@pytest.mark.parametrize(
    "arguments", [[], [""], ["--help"], ["docker://registry/team"], ["a.b/team/"], ["team"]]
)
def test_unclear_target_is_refused(tmp_path, arguments: list[str]):
    done = run("push", tmp_path, *arguments)
    assert done.returncode == 1
    assert "such as: push registry.example.com/team" in done.stderr


def test_registry_that_is_away_is_named(tmp_path):
    done = run("push", tmp_path, f"127.0.0.1:{free_port()}/team", "--dest-tls-verify=false")
    assert done.returncode == 1
    assert "could not be pushed" in done.stderr.splitlines()[-1]
    assert done.stdout == ""

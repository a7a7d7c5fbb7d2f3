"""`push` and a registry.

A blob is sent once, tags tell version and content, each architecture gets its own
image, nothing unclear is pushed.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support.processes import free_port
from support.registry import INDEX, LIST, VERSION, Registry, environment, run

LAYOUTS = [Path(os.environ[name]) for name in ("layouts", "others")]
SERVICE = os.environ["SERVICE_NAME"]


def manifests(
    registry: Registry, repository: str, tag: str = VERSION
) -> list[dict[str, Any]]:
    """Those that the tag's index names."""
    index = registry.get(f"{repository}/manifests/{tag}").json()
    assert index["mediaType"] == INDEX
    return [
        registry.get(f"{repository}/manifests/{image['digest']}").json()
        for image in index["manifests"]
    ]


def test_version_and_content_are_tags_of_what_was_printed(registry, pushed):
    for line, (_, repository, _) in zip(pushed.splitlines(), LIST, strict=True):
        name, digest = line.split("@")
        assert name == f"{registry.address}/team/{repository}:{VERSION}"
        for reference in (VERSION, digest.removeprefix("sha256:")[:12]):
            answer = registry.get(f"{repository}/manifests/{reference}")
            assert answer.headers["Docker-Content-Digest"] == digest


def test_what_the_registry_has_is_what_was_built(registry, pushed):
    for name, repository, _ in LIST:
        for layouts, manifest in zip(
            LAYOUTS, manifests(registry, repository), strict=True
        ):
            for layer in manifest["layers"]:
                built = layouts / name / "blobs" / layer["digest"].replace(":", "/")
                sent = registry.get(f"{repository}/blobs/{layer['digest']}").content
                assert sent == built.read_bytes()


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_each_machine_gets_its_own_image(registry, pushed, home, architecture: str):
    for _, repository, _ in LIST:
        asked = [
            "skopeo",
            "inspect",
            "--override-arch",
            architecture,
            "--tls-verify=false",
        ]
        asked += [f"docker://{registry.address}/team/{repository}:{VERSION}"]
        inspected = subprocess.run(
            asked, env=environment(home), capture_output=True, check=True
        )
        assert json.loads(inspected.stdout)["Architecture"] == architecture


def test_images_share_what_is_alike(registry, pushed):
    every = [
        manifest
        for _, repository, _ in LIST
        for manifest in manifests(registry, repository)
    ]
    layers = [layer["digest"] for manifest in every for layer in manifest["layers"]]
    assert len(set(layers)) < len(layers)
    # Each manifest has a configuration of its own, too.
    assert registry.uploads() == len(set(layers)) + len(every)


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
    for number, (line, (_, repository, _)) in enumerate(
        zip(again.stderr.splitlines(), LIST, strict=True), start=1
    ):
        assert line.startswith(f"push: sending {repository}:")
        assert line.endswith(f" ({number} of {len(LIST)})")
    assert registry.uploads() == before


def test_changed_line_sends_one_small_layer(registry, pushed, tmp_path):
    uploads, before = registry.uploads(), registry.blobs()
    done = run(
        "push_changed", tmp_path, f"{registry.address}/team", "--dest-tls-verify=false"
    )
    assert done.returncode == 0, done
    assert len(set(done.stdout.splitlines()) - set(pushed.splitlines())) == 1
    *_, sentence = done.stderr.splitlines()
    assert f"/{SERVICE}-server:{VERSION} was sha256:" in sentence
    layers = manifests(registry, f"{SERVICE}-server")[0]["layers"]
    new = {
        layer["digest"]: layer["size"]
        for layer in layers
        if layer["digest"] not in before
    }
    assert new == {layers[-1]["digest"]: layers[-1]["size"]}
    assert registry.uploads() - uploads == 2  # and the configuration


def test_release_by_itself_sends_no_layer(registry, pushed, tmp_path):
    uploads = registry.uploads()
    done = run(
        "push_next", tmp_path, f"{registry.address}/team", "--dest-tls-verify=false"
    )
    assert done.returncode == 0, done
    assert registry.uploads() - uploads == len(LIST)  # the configurations alone
    for line, (_, repository, _) in zip(pushed.splitlines(), LIST, strict=True):
        tags = (line.split("@sha256:")[1][:12], "7.8.9")
        before, after = (manifests(registry, repository, tag)[0] for tag in tags)
        assert before["layers"] == after["layers"]
        assert before["config"] != after["config"]


def test_tree_with_changes_is_refused(registry, tmp_path):
    before = registry.blobs()
    done = run(
        "push_dirty", tmp_path, f"{registry.address}/other", "--dest-tls-verify=false"
    )
    assert done.returncode == 1
    assert "commit everything" in done.stderr
    assert registry.blobs() == before


@pytest.mark.parametrize(
    "arguments",
    [[], [""], ["--help"], ["docker://registry/team"], ["a.b/team/"], ["team"]],
)
def test_unclear_target_is_refused(tmp_path, arguments: list[str]):
    done = run("push", tmp_path, *arguments)
    assert done.returncode == 1
    assert "such as: push registry.example.com/team" in done.stderr


@pytest.mark.parametrize(
    "program", os.environ["strangers"].split(), ids=os.path.basename
)
def test_images_of_another_package_set_than_the_trees_are_refused(
    program: str, tmp_path
):
    """A release is what everyone builds from the commit: not another set's images."""
    refusal = "but pyproject.toml names"
    for words, refused in (
        (["registry.example.com/team"], True),
        (["--other-set"], False),
    ):
        done = subprocess.run(
            [program, *words],
            capture_output=True,
            text=True,
            env=environment(tmp_path),
            cwd=tmp_path,
        )
        assert done.returncode
        assert (refusal in done.stderr) == refused


def test_registry_that_is_away_is_named(tmp_path):
    done = run(
        "push", tmp_path, f"127.0.0.1:{free_port()}/team", "--dest-tls-verify=false"
    )
    assert done.returncode == 1
    assert "could not be pushed" in done.stderr.splitlines()[-1]
    assert done.stdout == ""

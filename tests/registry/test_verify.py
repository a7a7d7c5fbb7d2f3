"""`verify`: whether what a registry has is what this tree builds."""

import json
import os
import re

import pytest

from support.processes import free_port
from support.registry import INDEX, VERSION, run

SERVICE = os.environ["SERVICE_NAME"]


def verify(home, *references: str):
    return run("verify", home, "--tls-verify=false", *references)


def index_of(manifest, architecture: str) -> bytes:
    """An index of one image, whose manifest is the registry's answer."""
    described = {
        "mediaType": manifest.headers["Content-Type"],
        "digest": manifest.headers["Docker-Content-Digest"],
        "size": len(manifest.content),
        "platform": {"architecture": architecture, "os": "linux"},
    }
    content = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [described]}
    return json.dumps(content).encode()


@pytest.fixture
def log(registry, pushed):
    """The registry's answer for the manifest of the log's image, and its architecture."""
    (first, *_) = registry.get(f"{SERVICE}-log/manifests/{VERSION}").json()["manifests"]
    manifest = registry.get(f"{SERVICE}-log/manifests/{first['digest']}")
    return manifest, first["platform"]["architecture"]


def test_what_was_pushed_is_what_the_tree_builds(registry, pushed, home):
    for references in (pushed.splitlines(), [f"{registry.address}/team"]):
        done = verify(home, *references)
        assert done.returncode == 0, done
        assert done.stderr == ""
        assert len(done.stdout.splitlines()) == len(pushed.splitlines())


def test_index_has_the_image_of_this_architecture(registry, log, home):
    manifest, architecture = log
    digest = registry.put_index(f"{SERVICE}-log/manifests/index", index_of(manifest, architecture))
    done = verify(home, f"{registry.address}/team/{SERVICE}-log@{digest}")
    assert done.returncode == 0, done
    digest = registry.put_index(f"{SERVICE}-log/manifests/index", index_of(manifest, "s390x"))
    done = verify(home, f"{registry.address}/team/{SERVICE}-log@{digest}")
    assert done.returncode == 1
    assert f"has no image for {architecture}" in done.stderr


def test_what_is_no_image_is_told(registry, log, home):
    """An index, where an index names an image."""
    manifest, architecture = log
    registry.put_index(f"{SERVICE}-log/manifests/inner", index_of(manifest, "s390x"))
    outer = index_of(registry.get(f"{SERVICE}-log/manifests/inner"), architecture)
    digest = registry.put_index(f"{SERVICE}-log/manifests/outer", outer)
    done = verify(home, f"{registry.address}/team/{SERVICE}-log@{digest}")
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert sentence.endswith(" is no OCI image.")


@pytest.fixture
def changed(registry, pushed, home) -> str:
    """The server's image as another tree made it, under the same tag."""
    done = run("push_changed", home, f"{registry.address}/team", "--dest-tls-verify=false")
    (image,) = set(done.stdout.splitlines()) - set(pushed.splitlines())
    return image


def test_changed_image_is_told_with_what_differs(changed, pushed, home):
    unchanged = pushed.splitlines()[0]
    done = verify(home, changed, unchanged)
    assert done.returncode == 1
    assert done.stdout == f"verify: {unchanged} is what this tree builds\n"
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith(f"verify: {changed} is not sha256:")
    assert re.search(r": layer \d+ differs inside django, ", sentence)


def test_other_store_paths_are_named(registry, pushed, home):
    image = f"{registry.address}/team/{SERVICE}-log:other"
    layout = f"oci:{os.environ['layouts']}/db-metrics"
    copy = ("--insecure-policy", "copy", "--dest-tls-verify=false", layout, f"docker://{image}")
    assert run("skopeo", home, *copy).returncode == 0
    done = verify(home, image)
    assert done.returncode == 1
    assert re.search("only the registry's has .*postgres.*exporter", done.stderr)
    assert re.search("only the tree's has .*rsyslog", done.stderr)
    assert "the configuration differs in Entrypoint, " in done.stderr


def test_unknown_digest_is_one_sentence(registry, pushed, home):
    image = f"{registry.address}/team/{SERVICE}-server@sha256:{64 * '0'}"
    done = verify(home, image)
    assert done.returncode == 1
    assert done.stderr == f"verify: {image} is not in the registry.\n"


def test_registry_that_is_away_is_one_sentence(home):
    image = f"127.0.0.1:{free_port()}/team/{SERVICE}-server:{VERSION}"
    done = verify(home, image)
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith(f"verify: {image} cannot be read: ")


@pytest.mark.parametrize(
    ("references", "sentence"),
    [
        ([], "give it images as `push` printed them"),
        (["registry.example.com/team/other:1"], "is none of the images of this tree: "),
    ],
)
def test_unclear_call_is_refused(home, references: list[str], sentence: str):
    done = verify(home, *references)
    assert done.returncode == 1
    assert sentence in done.stderr

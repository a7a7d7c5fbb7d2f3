"""`verify`: whether what a registry has is what this tree builds."""

import json
import os
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from support.processes import free_port
from support.registry import INDEX, VERSION, run

SERVICE = os.environ["SERVICE_NAME"]


def verify(home, *references: str):
    return run("verify", home, "--tls-verify=false", *references)


def described(manifest, architecture: str) -> dict[str, object]:
    """A descriptor of the manifest that is the registry's answer."""
    return {
        "mediaType": manifest.headers["Content-Type"],
        "digest": manifest.headers["Docker-Content-Digest"],
        "size": len(manifest.content),
        "platform": {"architecture": architecture, "os": "linux"},
    }


@pytest.fixture
def log(registry, pushed):
    """The registry's answer for the manifest of the log's image; its architecture."""
    (first, *_) = registry.get(f"{SERVICE}-log/manifests/{VERSION}").json()["manifests"]
    manifest = registry.get(f"{SERVICE}-log/manifests/{first['digest']}")
    return manifest, first["platform"]["architecture"]


@pytest.fixture(scope="module")
def evil(registry, pushed, home) -> dict[str, object]:
    """The descriptor of another image in the repository of the log's."""
    image = f"{SERVICE}-log:evil"
    layout = f"oci:{os.environ['layouts']}/db-metrics"
    target = f"docker://{registry.address}/team/{image}"
    done = run(
        "skopeo",
        home,
        "--insecure-policy",
        "copy",
        "--dest-tls-verify=false",
        layout,
        target,
    )
    assert done.returncode == 0, done
    return described(registry.get(image.replace(":", "/manifests/")), "unknown")


def put(registry, *images) -> str:
    """An index of these descriptors in the registry; the reference to it."""
    content = {"schemaVersion": 2, "mediaType": INDEX, "manifests": images}
    written = json.dumps(content, sort_keys=True).encode()  # as push writes it
    digest = registry.put_index(f"{SERVICE}-log/manifests/made", written)
    return f"{registry.address}/team/{SERVICE}-log@{digest}"


def test_what_was_pushed_is_what_the_tree_builds(registry, pushed, home):
    """Also where a tag was given, the digest is told: the tag may go elsewhere."""
    for references in (pushed.splitlines(), [f"{registry.address}/team"]):
        done = verify(home, *references)
        assert done.returncode == 0, done
        assert done.stderr == ""
        assert done.stdout.splitlines() == [
            f"verify: {image} is what this tree builds" for image in pushed.splitlines()
        ]


def test_index_must_have_an_image_for_each_architecture(registry, log, home):
    manifest, architecture = log
    for named, sentence in {
        architecture: "has no image for linux/",
        "s390x": f"has no image for linux/{architecture}, ",
    }.items():
        done = verify(home, put(registry, described(manifest, named)))
        assert done.returncode == 1
        assert sentence in done.stderr


def test_image_of_one_architecture_is_compared_alone(registry, log, home):
    manifest, _ = log
    digest = manifest.headers["Docker-Content-Digest"]
    for name in (f"{SERVICE}-log", f"{SERVICE}-log:{VERSION}"):
        done = verify(home, f"{registry.address}/team/{name}@{digest}")
        assert done.returncode == 0, done
        assert re.search(r"; linux/\w+ was not compared\n$", done.stdout)


def test_image_that_was_not_built_here_is_refused(registry, pushed, home):
    _, other = registry.get(f"{SERVICE}-log/manifests/{VERSION}").json()["manifests"]
    image = f"{registry.address}/team/{SERVICE}-log@{other['digest']}"
    done = run("verify_own", home, "--tls-verify=false", image)
    assert done.returncode == 1
    name = f"linux/{other['platform']['architecture']}"
    assert done.stderr == f"verify: {image} is for {name}, which was not built.\n"


def test_index_whose_other_image_was_exchanged_is_refused(registry, log, home):
    """Also by who builds one architecture alone: what was not compared is named."""
    ours, other = registry.get(f"{SERVICE}-log/manifests/{VERSION}").json()["manifests"]
    image = put(registry, ours, {**ours, "platform": other["platform"]})
    done = verify(home, image)
    assert done.returncode == 1
    name = other["platform"]["architecture"]
    assert f"/{name} {ours['digest']}, the tree's " in done.stderr
    done = run("verify_own", home, "--tls-verify=false", image)
    assert done.stdout.endswith(f"/{name} was not compared\n")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"variant": "v1"},
        {"variant": "v2"},
        {"architecture": "x86_64"},
        {"architecture": "AMD64"},
        {"os": "Linux"},
        {"os": ""},
        {"os": "windows"},
        {"architecture": "s390x"},
        {"os.version": "10"},
    ],
    ids=str,
)
@pytest.mark.parametrize("program", ["verify", "verify_own"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_index_with_another_image_is_refused(
    registry, evil, home, changes, program, place
):
    """Who pulls might get that one: engines have rules of their own for platforms."""
    images = registry.get(f"{SERVICE}-log/manifests/{VERSION}").json()["manifests"]
    images.insert(place, evil | {"platform": images[0]["platform"] | changes})
    done = run(program, home, "--tls-verify=false", put(registry, *images))
    assert done.returncode == 1, done
    assert done.stdout == ""


@pytest.mark.parametrize("program", ["verify", "verify_own"])
def test_index_that_others_read_in_another_way_is_refused(
    registry, evil, home, program
):
    """Go takes a key whatever its case, and the last of several."""
    index = registry.get(f"{SERVICE}-log/manifests/{VERSION}")
    images = [
        evil | {"platform": image["platform"]} for image in index.json()["manifests"]
    ]
    content = (
        index.content[:-1] + b', "Manifests": ' + json.dumps(images).encode() + b"}"
    )
    digest = registry.put_index(f"{SERVICE}-log/manifests/made", content)
    image = f"{registry.address}/team/{SERVICE}-log@{digest}"
    done = run(program, home, "--tls-verify=false", image)
    assert done.returncode == 1
    assert "is not the index that this tree writes" in done.stderr


@pytest.mark.parametrize(
    ("nonsense", "sentence"),
    [
        (b"[]", " is no OCI image."),
        (b"null", " is no image."),
        (b'{"manifests": [1]}', " is no image."),
        (b'{"manifests": [{"platform": null}]}', ", which this tree builds."),
        (b'{"layers": ' + 100_000 * b"[" + 100_000 * b"]" + b"}", " is no image."),
    ],
)
def test_nonsense_of_a_registry_is_one_sentence(home, nonsense: bytes, sentence: str):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", INDEX)
            self.send_header("Content-Length", str(len(nonsense)))
            self.end_headers()
            self.wfile.write(nonsense)

        def log_message(self, *words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        done = verify(home, f"127.0.0.1:{server.server_port}/team/{SERVICE}-log:1")
        server.shutdown()
    assert done.returncode == 1
    (said,) = done.stderr.splitlines()
    assert said.endswith(sentence)


def test_index_that_names_an_index_is_refused(registry, log, home):
    manifest, architecture = log
    inner = put(registry, described(manifest, "s390x")).partition("@")[2]
    answer = registry.get(f"{SERVICE}-log/manifests/{inner}")
    _, other = registry.get(f"{SERVICE}-log/manifests/{VERSION}").json()["manifests"]
    image = put(registry, described(answer, architecture), other)
    done = run("verify_own", home, "--tls-verify=false", image)
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert " is not the index that this tree writes: " in sentence


@pytest.fixture
def changed(registry, pushed, home) -> str:
    """The server's image as another tree made it, under the same tag."""
    done = run(
        "push_changed", home, f"{registry.address}/team", "--dest-tls-verify=false"
    )
    (image,) = set(done.stdout.splitlines()) - set(pushed.splitlines())
    return image


def test_changed_image_is_refused(changed, pushed, home):
    unchanged = pushed.splitlines()[0]
    done = verify(home, changed, unchanged)
    assert done.returncode == 1
    assert done.stdout == f"verify: {unchanged} is what this tree builds\n"
    (sentence,) = done.stderr.splitlines()
    refusal = f"verify: {changed} is not the index that this tree writes: "
    assert sentence.startswith(refusal)


def test_image_alone_is_refused_with_the_digest_that_the_tree_builds(
    registry, log, home
):
    image = f"{registry.address}/team/{SERVICE}-log:other"
    layout = f"oci:{os.environ['layouts']}/db-metrics"
    copy = ("--insecure-policy", "copy", "--dest-tls-verify=false")
    assert run("skopeo", home, *copy, layout, f"docker://{image}").returncode == 0
    done = verify(home, image)
    assert done.returncode == 1
    manifest, architecture = log
    digest = manifest.headers["Docker-Content-Digest"]
    wanted = f"{digest}, which this tree builds for linux/{architecture}"
    assert done.stderr.startswith(f"verify: {image}@sha256:")
    assert done.stderr.endswith(f" is not {wanted}.\n")


def test_digest_that_is_not_compared_is_refused(registry, pushed, home):
    """The registry may give the tree's own index for whatever it is asked."""
    image = f"{registry.address}/team/{SERVICE}-log:{VERSION}@sha512:{128 * '0'}"
    done = verify(home, image)
    assert done.returncode == 1
    assert done.stderr == f"verify: {image} has no digest of the form @sha256:….\n"


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


def test_layer_that_was_exchanged_is_refused_where_layers_are_fetched(
    registry, log, pushed, home
):
    (image,) = (line for line in pushed.splitlines() if f"{SERVICE}-log:" in line)
    done = verify(home, "--layers", image)
    assert done.stdout == f"verify: {image} is what this tree builds\n", done
    digest = log[0].json()["layers"][-1]["digest"].removeprefix("sha256:")
    blobs = registry.directory / "docker/registry/v2/blobs/sha256"
    blob = blobs / digest[:2] / digest / "data"
    content = blob.read_bytes()
    blob.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    try:
        done = verify(home, "--layers", image)
    finally:
        blob.write_bytes(content)
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert f"the layers of {image} cannot be fetched: " in sentence
    assert digest in sentence

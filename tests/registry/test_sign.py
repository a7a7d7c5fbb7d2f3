"""`sign`: the public key proves the images and their SBOMs; nothing else passes."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from support.registry import LIST, VERSION, environment, run

SERVICE = os.environ["SERVICE_NAME"]
type Run = Callable[..., "CompletedProcess[str]"]

PASSWORD = {"COSIGN_PASSWORD": "of the key"}


COMMIT, COMMITTED = 40 * "a", "1700000000"
PROVENANCE = "https://slsa.dev/provenance/v1"
LOGLESS = "--tlog-upload=false"  # as cosign 2 says it
DOCUMENTS = Path(os.environ["documents"])


def cosign(home: Path, *arguments: str):
    return run("cosign", home, *arguments, **PASSWORD)


def attached(home: Path, image: str, kind: str, key: str = "cosign") -> list[Any]:
    """What statements of a kind tell, by one key, all about this image."""
    done = verify(home, image, key, "verify-attestation", "--type", kind)
    assert done.returncode == 0, done
    found = []
    for line in done.stdout.splitlines():
        statement = json.loads(base64.b64decode(json.loads(line)["payload"]))
        (subject,) = statement["subject"]
        assert image.endswith(f"@sha256:{subject['digest']['sha256']}")
        found.append(statement["predicate"])
    return found


def verify(home: Path, image: str, key: str = "cosign", *command: str):
    words = command or ("verify",)
    return cosign(
        home, *words, "--key", f"{home}/{key}.pub", "--insecure-ignore-tlog", image
    )


@pytest.fixture(scope="module")
def keys(home) -> Path:
    for name in ("cosign", "other"):
        done = cosign(
            home, "generate-key-pair", "--output-key-prefix", f"{home}/{name}"
        )
        assert done.returncode == 0, done
    return home


@pytest.fixture(scope="module")
def sign(registry, keys, tmp_path_factory) -> Run:
    """`sign`, in a tree of git: here that has one commit, and nothing else."""
    folder = tmp_path_factory.mktemp("bin")
    git = folder / "git"
    git.write_text(f"#!{shutil.which('bash')}\necho {COMMIT} {COMMITTED}\n")
    git.chmod(0o755)
    nix = folder / "nix"
    nix.write_text(f"#!{shutil.which('bash')}\necho 'nix (Nix) 2.30.1'\n")
    nix.chmod(0o755)
    variables = {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "COSIGN_KEY": f"{keys}/cosign.key",
        **PASSWORD,
    }

    def sign(prefix: str = "team", program: str = "sign", **more: str):
        return run(program, keys, f"{registry.address}/{prefix}", **variables | more)

    return sign


@pytest.fixture(scope="module")
def signed(pushed, sign) -> list[str]:
    """What `sign` prints."""
    done = sign()
    assert done.returncode == 0, done
    return done.stdout.splitlines()


def test_every_image_is_signed_by_its_digest(pushed, signed, keys):
    assert signed == [line.replace(f":{VERSION}@", "@") for line in pushed.splitlines()]
    for image in pushed.splitlines():
        done = verify(keys, image)
        assert done.returncode == 0, done
        claims = json.loads(done.stdout)  # of cosign 3 the attestation is one, too
        digests = {
            claim["critical"]["image"]["docker-manifest-digest"] for claim in claims
        }
        assert digests == {image.split("@")[1]}


def test_signature_is_of_one_image_and_one_release(signed, keys):
    """Else the image of the tests, or last year's, would pass under a server's tag."""
    (image,) = (image for image in signed if f"/{SERVICE}-server@" in image)
    right = {"image": f"{SERVICE}-server", "version": VERSION, "revision": COMMIT}
    for wrong in (
        {},
        {"image": f"{SERVICE}-test"},
        {"version": "0"},
        {"revision": "b"},
    ):
        words = [
            f"--annotations={key}={value}" for key, value in (right | wrong).items()
        ]
        done = verify(keys, image, "cosign", "verify", *words)
        assert (done.returncode == 0) == (not wrong), done


def test_signing_again_changes_nothing(sign, signed, keys):
    kinds = ("cyclonedx", PROVENANCE)
    before = [attached(keys, signed[0], kind) for kind in kinds]
    assert sign().stdout.splitlines() == signed
    assert [attached(keys, signed[0], kind) for kind in kinds] == before


def test_provenance_of_each_architecture_names_what_it_was_built_from(signed, keys):
    (image,) = (image for image in signed if f"/{SERVICE}-server@" in image)
    found = attached(keys, image, PROVENANCE)
    built = [one["buildDefinition"] for one in found]
    parameters = [one["externalParameters"] for one in built]
    assert {one["platform"] for one in parameters} == {"linux/amd64", "linux/arm64"}
    for definition, external in zip(built, parameters, strict=True):
        assert external["image"] == f"{SERVICE}-server"
        assert external["version"] == VERSION
        commit, *materials = definition["resolvedDependencies"]
        assert commit == external["source"]
        assert commit["digest"] == {"gitCommit": COMMIT}
        names = [material["name"] for material in materials]
        assert "python.lock.json" in names
        assert len(names) > 50
        assert len(materials) == len({json.dumps(one) for one in materials})
        assert any(name.lower().startswith("django-") for name in names)
        assert all(material["digest"] for material in materials)
    assert all(one["runDetails"]["builder"]["id"] for one in found)


@pytest.fixture(scope="module")
def twice(registry, sign, home, keys) -> list[str]:
    """What `push` prints of images that two builders signed."""
    twice = f"{registry.address}/twice"
    done = run("push_small", home, twice, "--dest-tls-verify=false")
    other = {"COSIGN_KEY": f"{keys}/other.key", "BUILDER": "https://second.example"}
    for variables in ({}, other):
        signed = sign("twice", "sign_small", **variables)
        assert signed.returncode == 0, signed
    return done.stdout.splitlines()


def test_second_builder_has_a_word_of_its_own(twice, keys):
    """What one signs takes the place of nothing that another one signed."""
    for key, count in (("cosign", 0), ("other", 2)):
        builders = [
            one["runDetails"]["builder"]["id"]
            for one in attached(keys, twice[0], PROVENANCE, key)
        ]
        assert len(builders) == 2
        assert builders.count("https://second.example") == count


def test_what_does_not_affect_an_image_is_attached(signed, keys):
    stated = {file.name.split(".")[0] for file in DOCUMENTS.glob("*.openvex.json")}
    assert "server" in stated
    for image, (name, *_) in zip(signed, LIST, strict=True):
        if name in stated:
            (document,) = attached(keys, image, "openvex")
            written = (DOCUMENTS / f"{name}.openvex.json").read_text()
            assert document == json.loads(written)


def test_another_key_is_refused(pushed, signed, keys):
    for command in (("verify",), ("verify-attestation", "--type", "cyclonedx")):
        done = verify(keys, signed[0], "other", *command)
        assert done.returncode != 0
        assert "signature" in done.stderr


def test_sbom_of_each_architecture_is_attached(signed, keys):
    for image, (name, *_) in zip(signed, LIST, strict=True):
        sboms = DOCUMENTS.glob(f"{name}.*.cdx.json")
        built = [json.loads(sbom.read_text()) for sbom in sboms]
        found = attached(keys, image, "cyclonedx")
        assert [document for document in built if document not in found] == []
        assert len(found) == len(built) == 2


def test_unsigned_image_is_refused(registry, home, keys):
    done = run("push", home, f"{registry.address}/unsigned", "--dest-tls-verify=false")
    for command in (("verify",), ("verify-attestation", "--type", "cyclonedx")):
        refused = verify(keys, done.stdout.splitlines()[0], "cosign", *command)
        assert refused.returncode != 0, refused


def test_changed_image_under_the_same_tag_is_refused(registry, signed, keys, tmp_path):
    tag = f"{registry.address}/team/{SERVICE}-server:{VERSION}"
    assert verify(keys, tag).returncode == 0
    done = run(
        "push_changed", tmp_path, f"{registry.address}/team", "--dest-tls-verify=false"
    )
    assert done.returncode == 0, done
    refused = verify(keys, tag)
    assert refused.returncode != 0, refused
    assert "no signatures found" in refused.stderr
    (before,) = (image for image in signed if f"/{SERVICE}-server@" in image)
    assert verify(keys, before).returncode == 0


def test_image_that_was_not_pushed_is_not_signed(sign):
    done = sign("away")
    assert done.returncode == 1
    assert "`push` must have brought it" in done.stderr.splitlines()[-1]


def test_image_that_differs_is_not_signed_by_a_second_builder(
    registry, signed, sign, tmp_path
):
    done = run(
        "push_changed", tmp_path, f"{registry.address}/team", "--dest-tls-verify=false"
    )
    assert done.returncode == 0, done
    done = sign(program="attest")
    assert done.returncode == 1
    assert "nothing was signed" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("program", ["sign", "attest"])
def test_wrong_password_is_told(sign, pushed, program: str):
    done = sign(program=program, COSIGN_PASSWORD="another")
    assert done.returncode == 1
    assert "COSIGN_PASSWORD be its password" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("program", ["sign", "attest"])
def test_another_repository_is_not_taken_for_the_tree(sign, tmp_path, program: str):
    """Signatures would name a commit that has nothing to do with the images."""
    git = tmp_path / "git"
    git.write_text(f"#!{shutil.which('bash')}\necho {COMMIT} 1600000000\n")
    git.chmod(0o755)
    done = sign(program=program, PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert done.returncode == 1
    assert "git has another commit here" in done.stderr


@pytest.mark.parametrize("program", ["sign_dirty", "attest_dirty"])
def test_tree_with_changes_is_refused(sign, program: str):
    done = sign(program=program)
    assert done.returncode == 1
    assert "commit everything first" in done.stderr


@pytest.mark.parametrize("program", ["sign", "attest"])
def test_builder_that_is_no_address_is_refused(sign, program: str):
    done = sign(program=program, BUILDER="me")
    assert done.returncode == 1
    assert "BUILDER must be an address" in done.stderr


def pin(folder: Path, lines: list[str], **keys: Path):
    """deploy/pin.sh, in a tree with these public keys; its end, and what .env has."""
    tree = folder / "tree"
    (tree / "deploy").mkdir(parents=True)
    script = Path(os.environ["pin"]).read_text()
    (tree / "deploy/pin.sh").write_text(
        script.replace("STACK=templatesite", f"STACK={SERVICE}")
    )
    for name, key in keys.items():
        shutil.copyfile(key, tree / f"{name}.pub")
    (tree / "deploy/stack.yaml").write_text("image: log:1${LOG_DIGEST:-}\n")
    (tree / "images.txt").write_text("\n".join(lines))
    done = subprocess.run(
        ["bash", "--posix", "deploy/pin.sh", "images.txt"],
        cwd=tree,
        env=environment(folder)
        | {"PATH": f"{Path(os.environ['cosign']).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    return done, (tree / ".env").read_text() if (tree / ".env").exists() else ""


def test_release_that_both_builders_signed_is_pinned(twice, keys, tmp_path):
    both = {"cosign": keys / "cosign.pub", "rebuilder": keys / "other.pub"}
    done, written = pin(tmp_path, twice, **both)
    assert done.returncode == 0, done
    for line in twice:
        assert f"_DIGEST=@{line.split('@')[1]}\n" in written


def test_release_that_one_builder_signed_is_not_pinned_where_two_must(
    pushed, signed, keys, tmp_path
):
    both = {"cosign": keys / "cosign.pub", "rebuilder": keys / "other.pub"}
    done, written = pin(tmp_path, pushed.splitlines(), **both)
    assert (done.returncode, written) == (1, "")
    assert "the builder of rebuilder.pub did not build " in done.stderr


def test_release_without_its_server_is_not_pinned(twice, keys, tmp_path):
    """Its prefix and tag alone would name a server that nobody signed."""
    lines = [line for line in twice if f"/{SERVICE}-server:" not in line]
    done, written = pin(tmp_path, lines, cosign=keys / "cosign.pub")
    assert (done.returncode, written) == (1, "")
    assert f"must have the line of {SERVICE}-server" in done.stderr


@pytest.mark.parametrize("key", [None, "cosign"])
def test_image_that_a_signed_release_lacks_does_not_start(
    twice, keys, tmp_path, key: str | None
):
    """Its tag could name anything; who has no key wants the tag."""
    lines = [line for line in twice if f"/{SERVICE}-log:" not in line]
    public = {key: keys / f"{key}.pub"} if key else {}
    done, written = pin(tmp_path, lines, **public)
    assert done.returncode == 0, done
    assert (f"LOG_DIGEST=@sha256:{0:064}\n" in written) == bool(key)


def test_provenance_that_names_no_image_is_not_enough(registry, twice, keys, tmp_path):
    """A second builder's key may sign provenances of other tools, too."""
    (line,) = (line for line in twice if f"/{SERVICE}-log:" in line)
    target = f"{registry.address}/silent/{SERVICE}-server"
    names = (f"docker://{line.replace(f':{VERSION}@', '@')}", f"docker://{target}:1")
    without = ("--src-tls-verify=false", "--dest-tls-verify=false")
    done = run("skopeo", keys, "--insecure-policy", "copy", "--all", *without, *names)
    assert done.returncode == 0, done
    (tmp_path / "nothing.json").write_text("{}")
    services = tmp_path / "services"
    made = cosign(keys, "signing-config", "create", "--out", str(services))
    alone = f"--signing-config={services}" if made.returncode == 0 else LOGLESS
    done = cosign(
        keys,
        "attest",
        "--yes",
        alone,
        f"--key={keys}/other.key",
        f"--type={PROVENANCE}",
        f"--predicate={tmp_path}/nothing.json",
        f"{target}@{line.split('@')[1]}",
    )
    assert done.returncode == 0, done
    lie = f"{target}:{VERSION}@{line.split('@')[1]}"
    done, written = pin(tmp_path, [lie], rebuilder=keys / "other.pub")
    assert (done.returncode, written) == (1, "")
    assert "field is required but not present" in done.stderr


def copy_image(home: Path, source: str, target: str) -> None:
    """With all that is attached to it."""
    insecure = ("--src-tls-verify=false", "--dest-tls-verify=false")
    addresses = (f"docker://{source}", f"docker://{target}")
    # cosign alone may send the index before what this names.
    done = run(
        "skopeo", home, "--insecure-policy", "copy", "--all", *insecure, *addresses
    )
    assert done.returncode == 0, done
    assert cosign(home, "copy", "--force", source, target).returncode == 0


@pytest.mark.parametrize("key", ["cosign", "rebuilder"])
@pytest.mark.parametrize("pretended", ["server:0.1.0", "log:9.9.9"])
def test_signed_image_under_another_name_is_not_pinned(
    registry, twice, keys, tmp_path, key: str, pretended: str
):
    """An image of the tests as the server, or an old release as the newest."""
    (line,) = (line for line in twice if f"/{SERVICE}-log:" in line)
    name, version = pretended.split(":")
    target = f"{registry.address}/twice/{SERVICE}-{name}:{version}"
    if name != "log":
        copy_image(keys, line.replace(f":{VERSION}@", "@"), target)
    pair = {"cosign": "cosign", "rebuilder": "other"}[key]
    lie = f"{target}@{line.split('@')[1]}"
    server = lie.replace(f"{SERVICE}-{name}:", f"{SERVICE}-server:")
    lines = dict.fromkeys([lie, server])
    done, written = pin(tmp_path, list(lines), **{key: keys / f"{pair}.pub"})
    assert (done.returncode, written) == (1, "")
    assert f"{SERVICE}-{name} " in done.stderr.splitlines()[-1].replace(",", "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], " registry.example.com/team"),
        (["team"], " registry.example.com/team"),
        (["registry.example.com/team"], "COSIGN_KEY names no key"),
        (["registry.example.com/team", "registry.example.com/other"], "is no option"),
        (["registry.example.com/team", "--key=missing"], "must name a key"),
    ],
)
@pytest.mark.parametrize("program", ["sign", "attest"])
def test_unclear_call_is_refused(
    tmp_path, program: str, arguments: list[str], sentence: str
):
    done = run(program, tmp_path, *arguments)
    assert done.returncode == 1
    assert sentence in done.stderr

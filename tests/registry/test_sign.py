"""`sign`: the public key proves the images and their SBOMs; nothing else passes."""

import base64
import json
import os
from pathlib import Path

import pytest

from support.registry import LIST, VERSION, run

SERVICE = os.environ["SERVICE_NAME"]
PASSWORD = {"COSIGN_PASSWORD": "of the key"}


def cosign(home: Path, *arguments: str):
    return run("cosign", home, *arguments, **PASSWORD)


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
def signed(registry, pushed, keys) -> list[str]:
    """What `sign` prints."""
    done = run(
        "sign",
        keys,
        f"{registry.address}/team",
        COSIGN_KEY=f"{keys}/cosign.key",
        **PASSWORD,
    )
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


def test_signing_again_changes_nothing(registry, signed, keys):
    key = f"{keys}/cosign.key"
    assert run(
        "sign", keys, f"{registry.address}/team", COSIGN_KEY=key, **PASSWORD
    ).stdout
    done = verify(
        keys, signed[0], "cosign", "verify-attestation", "--type", "cyclonedx"
    )
    assert len(done.stdout.splitlines()) == len(os.environ["sboms"].split())


def test_another_key_is_refused(pushed, signed, keys):
    for command in (("verify",), ("verify-attestation", "--type", "cyclonedx")):
        done = verify(keys, signed[0], "other", *command)
        assert done.returncode != 0
        assert "signature" in done.stderr


def test_sbom_of_each_architecture_is_attached(signed, keys):
    for image, (name, *_) in zip(signed, LIST, strict=True):
        done = verify(
            keys, image, "cosign", "verify-attestation", "--type", "cyclonedx"
        )
        assert done.returncode == 0, done
        attached = []
        for line in done.stdout.splitlines():
            statement = json.loads(base64.b64decode(json.loads(line)["payload"]))
            assert (
                statement["subject"][0]["digest"]["sha256"] == image.split("sha256:")[1]
            )
            attached.append(statement["predicate"])
        sboms = [
            Path(sboms, f"{name}.cdx.json") for sboms in os.environ["sboms"].split()
        ]
        built = [json.loads(sbom.read_text()) for sbom in sboms]
        assert [document for document in built if document not in attached] == []
        assert len(attached) == len(built)


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


def test_image_that_was_not_pushed_is_not_signed(registry, keys):
    away = f"{registry.address}/away"
    done = run("sign", keys, away, f"--key={keys}/cosign.key", **PASSWORD)
    assert done.returncode == 1
    assert "`push` must have brought it" in done.stderr.splitlines()[-1]


def test_wrong_password_is_told(registry, pushed, keys):
    done = run(
        "sign",
        keys,
        f"{registry.address}/team",
        COSIGN_KEY=f"{keys}/cosign.key",
        COSIGN_PASSWORD="another",
    )
    assert done.returncode == 1
    assert "COSIGN_PASSWORD be its password" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "such as: sign registry.example.com/team"),
        (["team"], "such as: sign registry.example.com/team"),
        (["registry.example.com/team"], "COSIGN_KEY names no key"),
        (["registry.example.com/team", "registry.example.com/other"], "is no option"),
    ],
)
def test_unclear_call_is_refused(tmp_path, arguments: list[str], sentence: str):
    done = run("sign", tmp_path, *arguments)
    assert done.returncode == 1
    assert sentence in done.stderr

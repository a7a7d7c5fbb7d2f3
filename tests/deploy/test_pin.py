"""deploy/pin.sh names the exact images of a release, for each engine."""

import os
import re
import shutil

import pytest
from programs import run, succeed
from sources import load, render

NAMES = (
    "alerts",
    "backup",
    "db",
    "db-metrics",
    "db-upgrade",
    "edge",
    "log",
    "metrics",
    "metrics-graph",
    "server",
    "system-test",
    "test",
)
PREFIX = "registry.example.com:5000/team/"
RELEASE = {
    name: f"{PREFIX}templatesite-{name}:0.2.0@sha256:{number:064}"
    for number, name in enumerate(NAMES)
}
BEFORE = f"EDGE_NAMES=localhost\nIMAGE_TAG=0.1.0\nSERVER_DIGEST=@sha256:{99:064}\n"
ALWAYS = {"server", "db", "backup"}  # what each deployment has
OVERLAY = "deploy/kubernetes/sample"
SCRIPT = ("bash", "--posix", "deploy/pin.sh")


@pytest.fixture
def tree(tree):
    """A tree with an .env that its owner alone reads, and the lines of a release."""
    shutil.copyfile(os.environ["DEPLOY_COMPOSE"], tree / "deploy/compose.yaml")
    (tree / "release").write_text("\n".join(RELEASE.values()) + "\n")
    (tree / ".env").write_text(BEFORE)
    (tree / ".env").chmod(0o600)
    return tree


@pytest.fixture
def pinned(tree):
    """The same tree with the exact images in .env."""
    succeed(*SCRIPT, "release", folder=tree)
    return tree


def named(images):
    """Images by their names in the service."""
    start = re.compile(rf"{PREFIX}templatesite-([a-z-]+)[:@]")
    return {start.match(image)[1]: image for image in images}


def test_what_else_env_holds_stays(pinned):
    """A release leaves the variables of the deployment, and has the images pulled."""
    lines = (pinned / ".env").read_text().splitlines()
    assert lines[:2] == ["EDGE_NAMES=localhost", "IMAGE_PULL=missing"]


def test_who_may_read_env_stays(pinned):
    """Other users of the machine read no secrets in .env after a release either."""
    assert (pinned / ".env").stat().st_mode & 0o777 == 0o600


def test_a_second_release_takes_the_place_of_the_first(pinned):
    """.env does not grow with each release."""
    once = (pinned / ".env").read_text()
    succeed(*SCRIPT, "release", folder=pinned)
    assert (pinned / ".env").read_text() == once


@pytest.mark.parametrize("file", ["compose.production.yaml", "compose.yaml"])
def test_compose_runs_the_exact_images(pinned, file):
    """Docker Compose pulls what was released, whatever the tag names by now."""
    compose = ("docker-compose", "--env-file", ".env", "--file", f"deploy/{file}")
    images = succeed(*compose, "--profile", "*", "config", "--images", folder=pinned)
    found = named(images.split())
    assert found == {name: RELEASE[name] for name in found}
    assert found.keys() >= ALWAYS


def test_swarm_runs_the_exact_images(pinned):
    """Swarm pulls what was released, whatever the tag names by now."""
    images = [service["image"] for service in load("stack.yaml")["services"].values()]
    script = 'set -a; . ./.env; for image; do eval "echo $image"; done'
    echoed = succeed("bash", "-euc", script, "bash", *images, folder=pinned)
    found = named(echoed.split())
    assert found == {name: RELEASE[name] for name in found}
    assert found.keys() >= ALWAYS


def test_kubernetes_runs_the_exact_images(tree):
    """Kubernetes pulls what was released: digests say it without a tag."""
    file = tree / OVERLAY / "kustomization.yaml"
    images = re.compile(r"^images:\n(?: .*\n)*", re.MULTILINE)
    file.write_text(images.sub("components: [images]\n", file.read_text()))
    succeed(*SCRIPT, "release", OVERLAY, folder=tree)
    found = re.findall(r"^ *image: (\S+)$", render(tree / OVERLAY), re.MULTILINE)
    without_tag = {name: RELEASE[name].replace(":0.2.0", "") for name in ALWAYS}
    assert named(found) == without_tag


@pytest.mark.parametrize(
    "line",
    [f"{PREFIX}other:0.2.0@sha256:{1:064}", RELEASE["db"].replace("0.2.0", "0.3.0")],
    ids=["of another service", "of another version"],
)
def test_what_is_no_release_is_refused(tree, line):
    """A file that mixes services or versions changes nothing."""
    (tree / "faulty").write_text(f"{RELEASE['server']}\n{line}\n")
    assert run(*SCRIPT, "faulty", folder=tree).returncode == 1
    assert (tree / ".env").read_text() == BEFORE

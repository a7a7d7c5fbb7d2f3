"""One machine in production: Docker Compose's file and deploy/release.sh."""

import pytest
from programs import run, stand_in, succeed

FILE = ("--file", "deploy/compose.production.yaml")
EXACT = f"0.1.0@sha256:{1:064}"
PREFIX = "registry.example.com:5000/templatesite-server"
# One healthy server, which becomes healthy again with its image before alone.
DOCKER = """case "$*" in
"compose config --services") echo server-1 ;;
"compose config") echo "name: shop" ;;
"ps "*=server-1*=shop*oneoff=False) echo "${ID-id}" ;;
"compose run "*migrate) [ -z "${MIGRATE-}" ] ;;
"inspect --format {{.State.Health.Status}} id") echo healthy ;;
"inspect --format {{.Config.Image}} id") echo "$NAMED" ;;
"inspect --format {{.Image}} id") echo image ;;
"image inspect "*) echo "registry.example.com:5000/templatesite-server:0.1.0" ;;
"compose up "*) [ "${IMAGE_TAG-} ${SERVER_DIGEST-unset}" = "$BEFORE " ] ;;
esac
"""


def test_compose_takes_the_file(tree):
    """With the names of the service alone, Docker Compose starts every profile."""
    command = ("docker-compose", *FILE, "--profile", "*", "config", "--quiet")
    succeed(*command, folder=tree, EDGE_NAMES="localhost")


@pytest.mark.parametrize(
    ("named", "before"), [(EXACT, EXACT), ("latest", "0.1.0")], ids=["digest", "tag"]
)
def test_a_server_that_fails_has_its_image_before_again(tree, named, before):
    """A release that does not become healthy leaves the former one running.

    .env named that by its digest, or what was loaded has the tag of its version.
    """
    stand_in(tree, "docker", DOCKER)
    variables = {"NAMED": f"{PREFIX}:{named}", "BEFORE": before}
    done = run("bash", "--posix", "deploy/release.sh", folder=tree, **variables)
    assert done.returncode == 1, done
    assert f"has its image before, {before}, again." in done.stderr


@pytest.mark.parametrize(
    ("there", "sentence"),
    [("id", "the servers are as before."), ("", "no server was started.")],
    ids=["release", "first installation"],
)
def test_migrations_that_fail_leave_what_was_there(tree, there, sentence):
    """Nobody reads of servers before where there were none."""
    stand_in(tree, "docker", DOCKER)
    variables = {"NAMED": EXACT, "BEFORE": "", "ID": there, "MIGRATE": "fails"}
    done = run("bash", "--posix", "deploy/release.sh", folder=tree, **variables)
    assert done.returncode == 1, done
    assert done.stderr.endswith(f"the lines above say why: {sentence}\n")

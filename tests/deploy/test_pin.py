"""Show that deploy/pin.sh names the exact images of a release, for each engine.

    pinned.py DEPLOY COMPOSE

DEPLOY is the folder deploy/, COMPOSE docker-compose.yaml. Works in a new folder `pinned`.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = (
    "alerts",
    "backup",
    "db",
    "db-metrics",
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


def same(found: object, wanted: object, words: str = "") -> None:
    if found != wanted:
        sys.exit(f"pinned: {found} is not {wanted}. {words}")


def run(*command: str, status: int = 0) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    same(done.returncode, status, str(done))
    return done.stdout


def named(text: str) -> dict[str, str]:
    """Images by their names in the service."""
    found = re.findall(rf"^ *(?:image: )?({PREFIX}templatesite-([a-z-]+)\S*)$", text, re.MULTILINE)
    return {name: image for image, name in found}


def of_compose(file: str) -> dict[str, str]:
    compose = ("docker-compose", "--env-file", ".env", "--file", file, "--profile", "*")
    return named(run(*compose, "config", "--images"))


def of_swarm() -> dict[str, str]:
    script = "set -a; . ./.env; sed -n 's/.*image: //p' deploy/stack.yaml >images; . ./echoes"
    Path("echoes").write_text('while read -r image; do eval "echo $image"; done <images')
    return named(run("bash", "-euc", script))


def pin_compose_and_swarm() -> None:
    """What else .env holds stays; a second release takes the place of the first."""
    Path(".env").write_text(BEFORE)
    Path(".env").chmod(0o600)
    run("bash", "deploy/pin.sh", "release")
    once = Path(".env").read_text()
    run("bash", "deploy/pin.sh", "release")
    same(Path(".env").read_text(), once)
    same(once.splitlines()[:2], ["EDGE_NAMES=localhost", "IMAGE_PULL=missing"])
    same(Path(".env").stat().st_mode & 0o777, 0o600)
    images = [of_compose(f"deploy/{file}") for file in ("compose.production.yaml", "compose.yaml")]
    for found in (*images, of_swarm()):
        same(found, {name: RELEASE[name] for name in found})
        same({"server", "db", "backup"} - found.keys(), set())


def pin_kubernetes() -> None:
    overlay = Path("deploy/kubernetes/sample")
    file = overlay / "kustomization.yaml"
    text = re.sub(r"^images:\n(?: .*\n)*", "components: [images]\n", file.read_text(), flags=re.M)
    file.write_text(text)
    run("bash", "deploy/pin.sh", "release", str(overlay))
    found = named(run("kubectl", "kustomize", str(overlay)))
    without_tag = {name: image.replace(":0.2.0", "") for name, image in RELEASE.items()}
    same(found, {name: without_tag[name] for name in ("server", "db", "backup")})


def refuse_what_is_no_release() -> None:
    before = Path(".env").read_text()
    for line in (f"{PREFIX}other:0.2.0@sha256:{1:064}", RELEASE["db"].replace("0.2.0", "0.3.0")):
        Path("faulty").write_text(f"{RELEASE['server']}\n{line}\n")
        run("bash", "deploy/pin.sh", "faulty", status=1)
    same(Path(".env").read_text(), before)


def main() -> None:
    deploy, compose = map(Path, sys.argv[1:])
    shutil.copytree(deploy, "pinned/deploy")
    shutil.copy(compose, "pinned/deploy/compose.yaml")
    os.chdir("pinned")
    Path("release").write_text("\n".join(RELEASE.values()) + "\n")
    pin_compose_and_swarm()
    pin_kubernetes()
    refuse_what_is_no_release()


if __name__ == "__main__":
    main()

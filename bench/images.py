"""The seconds from a changed line to image, engine, registry and healthy container.

    images.py [ROUNDS [TREE …]]

Clones this tree, and each TREE beside it (such as a worktree of an older commit),
starts its cluster, and ROUNDS times (5), in turn, changes a line of a view in it.
Prints the medians in seconds. Needs Docker with compose, and `docker-registry` for the
push; is itself started by `./nixw develop -c python bench/images.py`, by a user who may
use Docker.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
STEPS = {
    "image": "a changed line to the image",
    "load": "the image to Docker",
    "push": "the images to a registry",
    "healthy": "a changed line to a healthy container",
}
REGISTRY = "127.0.0.1:5009"
CONFIGURATION = f"""
version: 0.1
log: {{accesslog: {{disabled: true}}, level: error}}
http: {{addr: "{REGISTRY}"}}
storage: {{filesystem: {{rootdirectory: DIRECTORY/registry}}}}
"""


class Clone:
    """A clone of a tree, with a cluster of its own."""

    def __init__(self, tree: Path, directory: Path, number: int) -> None:
        self.directory = directory
        subprocess.run(["git", "clone", "--quiet", tree, directory], check=True)
        self.variables = {"COMPOSE_PROJECT_NAME": f"bench-{number}"}
        for port, name in enumerate(
            ("SERVER_PORT", "DB_PORT", "LOG_PORT", "METRICS_PORT")
        ):
            self.variables[name] = str(18000 + 10 * number + port)
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command,
            cwd=self.directory,
            env={**os.environ, **self.variables},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            sys.exit(
                f"images: {' '.join(command)} failed in {self.directory}:\n"
                f"{done.stderr}"
            )
        return done.stdout

    def program(self, name: str) -> str:
        """The program of an app: `nix run` builds it, without an engine or a target."""
        nothing = {**os.environ, "CONTAINER_ENGINE": "false"}
        subprocess.run(
            ["./nixw", "run", f".#{name}"],
            cwd=self.directory,
            env=nothing,
            capture_output=True,
        )
        return self.run(
            "./nixw",
            "eval",
            "--raw",
            f".#apps.{os.uname().machine}-linux.{name}.program",
        )

    def change(self) -> None:
        # An older commit may have it in another folder.
        (view,) = self.directory.glob("src/tweet/**/views.py")
        with view.open("a") as text:
            text.write(f"# {time.time_ns()}\n")
        self.run("git", "commit", "--quiet", "--all", "--message", "a changed line")

    def measure(self, step: str, *commands: tuple[str, ...]) -> None:
        begin = time.monotonic()
        for command in commands:
            self.run(*command)
        self.seconds[step].append(time.monotonic() - begin)

    def up(self) -> tuple[str, ...]:
        return "docker-compose", "up", "--detach", "--wait", "--no-deps", "server"

    def round(self) -> None:
        self.run("./nixw", "run", ".#load")  # the names are this tree's again
        self.run(*self.up())
        self.change()
        self.measure("image", ("./nixw", "build", "--no-link", ".#image-server"))
        load = self.program("load")
        self.measure("load", (load,))
        if (self.directory / "nix/release/push.nix").exists():
            push = self.program("push")
            self.measure("push", (push, f"{REGISTRY}/team", "--dest-tls-verify=false"))
        self.change()
        self.measure("healthy", ("./nixw", "run", ".#load"), self.up())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rounds", nargs="?", type=int, default=5, help="default: 5")
    parser.add_argument(
        "trees", nargs="*", type=Path, metavar="tree", help="beside this one"
    )
    given = parser.parse_args()
    rounds, trees = given.rounds, [HERE, *given.trees]
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        configuration = directory / "registry.yml"
        configuration.write_text(CONFIGURATION.replace("DIRECTORY", temporary))
        program = shutil.which("docker-registry") or sys.exit(
            "images: docker-registry is not installed."
        )
        registry = subprocess.Popen(
            [program, "serve", configuration], stderr=subprocess.DEVNULL
        )
        clones = [
            Clone(tree, directory / str(number), number)
            for number, tree in enumerate(trees)
        ]
        try:
            for clone in clones:
                clone.run("./nixw", "run", ".#load")
                clone.run("docker-compose", "up", "--detach", "--wait")
            for clone in clones * (rounds + 1):
                clone.round()
        finally:
            for clone in clones:
                clone.run("docker-compose", "down", "--volumes", "--remove-orphans")
            registry.terminate()
            registry.wait(30)
    print("|", *(f"| {tree.name}" for tree in trees), "|")
    print("| ---" * (len(trees) + 1), "|")
    for step, words in STEPS.items():
        # The first round fills caches.
        medians = [
            statistics.median(clone.seconds[step][1:] or [float("nan")])
            for clone in clones
        ]
        print(f"| {words}", *(f"| {median:.2f}" for median in medians), "|")


if __name__ == "__main__":
    main()

"""An overlay as a team has it, and what is done with it."""

import copy
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

NAME = os.environ["SERVICE_NAME"]  # of the service, and of its namespace
DEPLOY = Path(os.environ["KUBERNETES_DEPLOY"])  # as `files` writes it for the service
# A line for each image: name, repository, tag. The cluster's nodes have them.
LIST = Path(os.environ["KUBERNETES_LAYOUTS"]) / "list"
PAGE = Path(os.environ["KUBERNETES_PAGE"]).read_text()
PATH = "/item/"
SECONDS = 1200  # at most, for a command


def run(
    *command: str, folder: Path, text: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command, its errors among what it prints."""
    return subprocess.run(
        command,
        cwd=folder,
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
    )


def image(name: str) -> dict[str, str]:
    """How kustomize names an image that the nodes have."""
    lines = (line.split() for line in LIST.read_text().splitlines())
    repository, tag = next(words[1:] for words in lines if words[0] == name)
    return {
        "name": name,
        "newName": f"docker.io/library/{repository}",
        "newTag": tag,
    }


def first_installation() -> str:
    """The page's commands, but the last, which asks for a password."""
    section = PAGE.partition("## First installation\n")[2]
    block = re.search(r"(?:^    .*\n)+", section, re.MULTILINE)
    assert block
    *lines, last = block[0].splitlines()
    assert "createsuperuser" in last
    return "set -eu\n" + "\n".join(lines).replace("NAME", NAME)


class Installation:
    """A service on the cluster that kubectl knows; one at a time."""

    def __init__(self, tree: Path) -> None:
        """Begin in a folder with a copy of deploy/, and an overlay like the sample."""
        self.tree = tree
        shutil.copytree(DEPLOY, tree / "deploy", copy_function=shutil.copyfile)
        for one in (tree / "deploy", *(tree / "deploy").rglob("*")):
            one.chmod(0o755)  # the store's files are nobody's to write
        self.overlay = tree / "kubernetes/production"
        shutil.copytree(tree / "deploy/kubernetes/sample", self.overlay)
        sample = (self.overlay / "kustomization.yaml").read_text()
        # The tests' cluster has neither an Ingress controller nor an operator.
        own = ["namespace.yaml", "db.yaml", "backup.yaml"]
        self.parts: dict[str, Any] = yaml.safe_load(sample) | {
            "resources": ["../../deploy/kubernetes/base", *own],
            "images": [image(name) for name in ("server", "db", "backup")],
        }
        self.set("server", API_ANONYMOUS_WRITES="true")

    def write(self) -> None:
        file = self.overlay / "kustomization.yaml"
        file.write_text(yaml.safe_dump(self.parts))

    def set(self, part: str, **settings: str) -> None:
        """Change settings of `server` or `migrate` in the overlay."""
        generators = self.parts["configMapGenerator"]
        (own,) = (one for one in generators if one["name"] == part)
        others = [one for one in own["literals"] if one.split("=")[0] not in settings]
        own["literals"] = others + [f"{key}={text}" for key, text in settings.items()]

    @contextmanager
    def restored(self) -> Iterator[None]:
        """What is changed in the overlay meanwhile is taken back."""
        before = copy.deepcopy(self.parts)
        try:
            yield
        finally:
            self.parts = before

    def kubectl(self, *arguments: str, text: str = "") -> str:
        """What kubectl prints, which must succeed, in the service's namespace.

        Raises:
            AssertionError: it failed.
        """
        done = run(
            *("kubectl", "--namespace", NAME, *arguments), folder=self.tree, text=text
        )
        assert done.returncode == 0, done
        return done.stdout

    def install(self) -> None:
        self.write()
        done = run("sh", "-c", first_installation(), folder=self.tree)
        assert done.returncode == 0, done.stdout

    def remove(self) -> None:
        command = ("kubectl", "delete", "namespace", NAME, "--ignore-not-found")
        run(*command, folder=self.tree)

    def release(self) -> subprocess.CompletedProcess[str]:
        self.write()
        command = ("deploy/kubernetes/release.sh", "kubernetes/production")
        return run(*command, folder=self.tree)

    def apply(self) -> None:
        """As an engine of GitOps does, without the script."""
        self.write()
        self.kubectl("apply", "--kustomize", str(self.overlay))

    def succeed(self) -> None:
        """Release.

        Raises:
            AssertionError: it failed.
        """
        done = self.release()
        assert done.returncode == 0, done.stdout

    def replace_secret(self) -> None:
        """Let the Secret have what is in .secrets/ now."""
        secret = ("secret", "generic", "server", "--from-file=.secrets")
        output = ("--dry-run=client", "--output", "yaml")
        self.kubectl(
            "replace", "--filename", "-", text=self.kubectl("create", *secret, *output)
        )

    def get(self, kind: str, *arguments: str) -> list[dict[str, Any]]:
        """The objects of a kind in the service's namespace."""
        found = self.kubectl("get", kind, *arguments, "--output", "json")
        return list(json.loads(found)["items"])

    def pods(self, part: str) -> list[dict[str, Any]]:
        """The pods of a part of the service that do not go."""
        pods = self.get("pods", "--selector", f"app.kubernetes.io/name={part}")
        return [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]

    def address(self) -> str:
        """HOST:PORT of the servers' Service, which a node reaches."""
        host = self.kubectl(
            "get", "service", "server", "--output", "jsonpath={.spec.clusterIP}"
        )
        return f"{host}:8080"

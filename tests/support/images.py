"""Images as OCI layouts, unpacked and started under bubblewrap."""

import json
import os
import posixpath
import signal
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from support.program import Program
from support.waiting import children

SERVICE = os.environ["SERVICE_NAME"]
DATABASE = os.environ["SERVICE_DATABASE"]
LAYOUTS = Path(os.environ["layouts"])
NAMES = [line.split()[0] for line in (LAYOUTS / "list").read_text().splitlines()]


class Image:
    """One image's documents, the entries of its layers, and its root."""

    def __init__(self, name: str, directory: Path) -> None:
        self.name = name
        self.root = directory / "root"
        self.entries: dict[str, tarfile.TarInfo] = {}
        self.layout = LAYOUTS / name
        self.index = json.loads((self.layout / "index.json").read_text())
        (described,) = self.index["manifests"]
        self.manifest = json.loads(self.blob(described).read_text())
        self.image = json.loads(self.blob(self.manifest["config"]).read_text())
        self.config: dict[str, Any] = self.image["config"]
        for layer in self.manifest["layers"]:
            self.unpack(self.blob(layer))
        # Where a container runtime mounts something, it makes the directory.
        for mount in ("proc", "dev", "work", "volumes"):
            (self.root / mount).mkdir()

    def blob(self, described: dict[str, Any]) -> Path:
        return self.layout / "blobs" / str(described["digest"]).replace(":", "/")

    def read(self, name: str) -> str:
        """The text of a file, which may be a link to the store."""
        while (file := self.root / name.lstrip("/")).is_symlink():
            name = str(file.readlink())
        return file.read_text()

    def unpack(self, layer: Path) -> None:
        with tarfile.open(layer) as tar:
            for entry in tar:
                self.entries[posixpath.normpath(f"/{entry.name}")] = entry
            # Links lead to /nix/store, which is below this root only later.
            tar.extractall(
                self.root,
                filter=lambda entry, _: entry.replace(
                    mode=entry.mode | 0o200, deep=False
                ),
            )

    def environment(self) -> dict[str, str]:
        return dict(variable.split("=", 1) for variable in self.config["Env"])

    def command(
        self, writable: dict[str, Path], variables: dict[str, str], *mounts: str
    ) -> list[str]:
        """bubblewrap's command for a container of this image, without what it runs."""
        uid, gid = self.config["User"].split(":")
        command = [
            "bwrap",
            "--unshare-user",
            "--unshare-pid",
            "--unshare-ipc",
            "--as-pid-1",
            "--die-with-parent",
        ]
        command += [
            "--clearenv",
            "--uid",
            uid,
            "--gid",
            gid,
            "--cap-drop",
            "ALL",
            "--ro-bind",
            str(self.root),
            "/",
        ]
        command += [
            "--proc",
            "/proc",
            "--dev",
            "/dev",
            "--tmpfs",
            "/tmp",
            "--tmpfs",
            "/run",
        ]
        for inside, outside in writable.items():
            command += ["--bind", str(outside), inside]
        for name, value in {**self.environment(), **variables}.items():
            command += ["--setenv", name, value]
        return [*command, *mounts, "--chdir", self.config["WorkingDir"], "--"]


def volumes(image: Image, directory: Path) -> dict[str, Path]:
    """A directory for each of the image's volumes, made if it is missing."""
    made = {
        inside: directory / inside.replace("/", "_")
        for inside in image.config["Volumes"]
    }
    for outside in made.values():
        outside.mkdir(exist_ok=True)
    return made


class Container(Program):
    """An image that runs."""

    def __init__(self, image: Image, directory: Path, **variables: str) -> None:
        self.image = image
        self.writable = volumes(image, directory)
        self.variables = variables
        super().__init__(
            [
                *image.command(self.writable, variables),
                *image.config["Entrypoint"],
                *image.config["Cmd"],
            ]
        )

    def is_ready(self) -> bool:
        """Whether the image's own health check succeeds."""
        kind, *command = self.image.config["Healthcheck"]["Test"]
        assert kind == "CMD"
        check = [*self.image.command(self.writable, self.variables), *command]
        return (
            subprocess.run(
                check, stdin=subprocess.DEVNULL, capture_output=True, timeout=60
            ).returncode
            == 0
        )

    def stop(self) -> int:
        """Send the image's stop signal to its first process; its exit status."""
        (first,) = children(self.process.pid)
        os.kill(first, getattr(signal, self.image.config["StopSignal"]))
        return self.process.wait(self.patience)

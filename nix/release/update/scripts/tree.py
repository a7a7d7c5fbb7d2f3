"""The tree's own commands, which update.py starts in its root."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import distribution

SYSTEM = f"{platform.machine()}-linux"
PYTHON = "python.lock.json"
LOCKS = (*distribution.KINDS.values(), "flake.lock", PYTHON, "requirements.txt")
# What a check is built from, and the folder with its report.
CHECKS = "builtins.mapAttrs (_: check: [ check.drvPath check.report.outPath ])"
# Without a network, an answer within seconds.
ONCE = ("--option", "download-attempts", "1", "--option", "connect-timeout", "10")


class Failed(Exception):  # noqa: N818 a sentence for the page
    """A command failed; its text is what it said last."""


def run(*command: str) -> str:
    """What a command prints; what it says goes on to standard error.

    Raises:
        Failed: it ends with another status than 0.
    """
    said = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as one:
        try:
            for line in one.stderr or []:
                sys.stderr.write(line)
                said.append(line.strip())
            printed = one.stdout.read() if one.stdout else ""
        except BaseException:
            one.terminate()
            raise
    if one.returncode:
        raise Failed(
            next((line for line in reversed(said) if line), f"{command} failed")
        )
    return printed


def changed_locks() -> str:
    """Those that differ from the last commit, one line each.

    Raises:
        Failed: this is no work tree of git's.
    """
    return run("git", "status", "--porcelain", "--", *LOCKS)


def checks() -> dict[str, tuple[str, Path]]:
    """The derivation of each check, and where its report is when it is built."""
    printed = run("./nixw", "eval", "--json", f".#checks.{SYSTEM}", "--apply", CHECKS)
    return {
        name: (drv, Path(report)) for name, (drv, report) in json.loads(printed).items()
    }


def build(names: Iterable[str]) -> None:
    """Build checks; their reports tell how each ended."""
    wanted = [f".#checks.{SYSTEM}.{name}" for name in names]
    try:
        run("./nixw", "build", "--no-link", "--keep-going", *wanted)
    except Failed:
        return


def built(wanted: str) -> Path:
    """Where it is, once it is built.

    Raises:
        Failed: it cannot be built.
    """
    return Path(
        run("./nixw", "build", "--no-link", "--print-out-paths", wanted).strip()
    )


def report(name: str) -> Path:
    """The folder that a check's tests wrote, also where they failed."""
    return built(f".#checks.{SYSTEM}.{name}.report")


def sizes() -> dict[str, str]:
    """Of the images' files, whose layers are compressed, in MB."""
    files = built(".#images").glob("*.tar")
    return {file.stem: f"{file.stat().st_size / 1e6:.1f} MB" for file in files}


def relock(names: list[str], python: Iterable[str]) -> None:
    """All locks, or these packages; Python's have their names in `python`."""
    if not names:
        run("./nixw", "relock")
        return
    wheels = [name for name in names if name.lower().replace("_", "-") in set(python)]
    packages = [name for name in names if name not in wheels]
    if wheels:
        run("./nixw", "relock", "wheels", *wheels)
    if packages:
        run("./nixw", "relock", "packages", *packages)


def move_nixpkgs() -> str:
    """Moves the pin where flake.lock has one of its own; what there is to say of it."""
    lock = json.loads(Path("flake.lock").read_text())
    if not isinstance(lock["nodes"][lock["root"]]["inputs"].get("nixpkgs"), str):
        return "It is the template's: `./nixw flake update template` moves it."
    try:
        run("nix", *ONCE, "flake", "update", "nixpkgs")
    except Failed as fault:
        return f"It was not reached: {fault}"
    return ""


def versions() -> dict[tuple[str, str], str]:
    """What the locks have, by kind and name."""
    found: dict[tuple[str, str], str] = {}
    kinds = {"Python": PYTHON, **distribution.KINDS}
    for kind, name in kinds.items():
        entries: list[dict[str, Any]] = json.loads(Path(name).read_text())["files"]
        found |= {(kind, one["name"]): one["version"] for one in entries}
    nodes = json.loads(Path("flake.lock").read_text())["nodes"]
    pins = {
        name: one["locked"].get("rev", "")
        for name, one in nodes.items()
        if "locked" in one
    }
    return found | {("flake.lock", name): rev[:12] for name, rev in pins.items()}


def save() -> dict[str, bytes]:
    return {name: Path(name).read_bytes() for name in LOCKS if Path(name).exists()}


def restore(saved: dict[str, bytes]) -> None:
    """The locks as they were, each whole at any moment."""
    for name, content in saved.items():
        if Path(name).read_bytes() != content:
            Path(f"{name}.new").write_bytes(content)
            os.replace(f"{name}.new", name)  # noqa: PTH105

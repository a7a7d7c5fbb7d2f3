"""What the suite starts, and stand-ins for what a script under test would start."""

import os
import subprocess
from pathlib import Path


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """These variables and no others but PATH and HOME."""
    path = f"{folder}/bin:{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(folder), **variables}


def run(
    *command: str, folder: Path, text: str = "", **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command in a folder, with these variables and no others but PATH and HOME.

    It reads `text`.

    Programs in the folder `bin` there come before all others.
    """
    return subprocess.run(
        command,
        cwd=folder,
        env=environment(folder, **variables),
        input=text,
        capture_output=True,
        text=True,
        timeout=300,
    )


def succeed(*command: str, folder: Path, text: str = "", **variables: str) -> str:
    """What a command prints that must succeed.

    Raises:
        AssertionError: it failed.
    """
    done = run(*command, folder=folder, text=text, **variables)
    assert done.returncode == 0, done
    return done.stdout


def stand_in(folder: Path, name: str, script: str) -> None:
    """Give the commands that run in a folder a program of that name."""
    program = folder / "bin" / name
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}")
    program.chmod(0o755)

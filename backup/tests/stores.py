"""Stores elsewhere for tests: a folder, which the real rclone fills as it does SFTP."""

import os
import subprocess
from pathlib import Path

from backup.store import Store


def make_keys() -> tuple[str, str]:
    """The private and the public one."""
    made = subprocess.run(["age-keygen"], capture_output=True, text=True, check=True)
    return made.stdout, made.stderr.split()[-1]


def folder_store(folder: Path, public: str) -> Store:
    return Store(
        url=f"sftp://user@host{folder}",
        root=f"elsewhere:{folder}",
        environment={
            "PATH": os.environ["PATH"],
            "RCLONE_CONFIG": "",
            "RCLONE_CONFIG_ELSEWHERE_TYPE": "local",
        },
        recipients=[public],
        seconds=1,
    )


def names(folder: Path) -> set[str]:
    return {
        str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()
    }

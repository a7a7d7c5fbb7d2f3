"""Asks the dynamic linker for the libraries of each ELF file in the closure."""

import os
import re
import subprocess
from pathlib import Path

import pytest

PATHS = (Path(os.environ["closure"]) / "store-paths").read_text().split()


def linker() -> str:
    """The dynamic linker that runs this process."""
    maps = Path("/proc/self/maps").read_text()
    return re.findall(r"(/nix/store/\S*/ld-linux[^/\s]*)", maps)[0]


def elf_files(path: Path) -> list[Path]:
    files = [path] if path.is_file() else path.rglob("*")
    return [
        file
        for file in files
        if file.is_file() and not file.is_symlink() and starts_as_elf(file)
    ]


def starts_as_elf(file: Path) -> bool:
    with file.open("rb") as content:
        return content.read(4) == b"\x7fELF"


def libraries(file: Path) -> str:
    """What the linker says; nothing for a file that is linked statically."""
    # libc's own parts find each other because every process has loaded libc.
    libc = Path(linker()).parent
    command = [linker(), "--library-path", libc, "--list", file]
    ended = subprocess.run(command, capture_output=True, text=True)
    return ended.stdout if ended.returncode == 0 else ended.stdout + ended.stderr


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.split("-", 1)[1])
def test_libraries_are_in_the_store(path: str):
    for file in elf_files(Path(path)):
        said = libraries(file)
        assert not re.search("not found|cannot open", said), f"{file}\n{said}"
        assert all(
            library.startswith("/nix/store/")
            for library in re.findall(r"=> (/\S+)", said)
        ), f"{file}\n{said}"


def test_there_are_files_to_ask_about():
    assert sum(len(elf_files(Path(path))) for path in PATHS) > 100

"""Hold the tables of docs/variables.md against what the programs in the images read.

    variables.py VARIABLES.md IMAGE=FOLDER…

Each image has a section of its name, with a table of variables and defaults. FOLDER has
files of its programs, or the Nix files that give them variables; an image can have
several. Exit status 1 and a line for each variable or default that is only there, or
only here.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROW = re.compile(r"^\| `([A-Z_]+)` \| ([^|]*) \|", re.MULTILINE)
NAME = "([A-Z][A-Z0-9_]+)"
# Files by their nature, and not a value in a file.
FILES = ("POSTGRES_TLS_CERT_FILE", "POSTGRES_TLS_KEY_FILE")
# In shell, and in files that take $NAME; nix/images/db/common.sh has `name` and
# `secret`.
USE = re.compile(rf"\$\{{?{NAME}|(?<![\w$])(?:name|secret) {NAME}")
SELF = re.compile(rf"\$\{{{NAME}:?[-+?]")
DEFAULT = re.compile(rf"\$\{{{NAME}:?-([^}}$]*)\}}")
ASSIGNMENT = re.compile(rf"(?:^|\s){NAME}=", re.MULTILINE)
# In Python: a table of defaults, os.environ, and backup's read_secret.
ENTRY = re.compile(rf'^    "{NAME}": "(.*)",$', re.MULTILINE)
READ = r"(?:environ(?:\.get\(|\[)|\bread_secret\()"
ENVIRON = re.compile(rf'{READ}"{NAME}"(?:, "([^"]*)")?')
SET = re.compile(rf'environ\["{NAME}"\] = ')
GIVEN = re.compile(rf"^\s*(?:runtimeEnv\.)?{NAME} = ", re.MULTILINE)
# Of any process.
SHELL = {"HOME", "PATH", "PPID", "PWD"}
KINDS = ((".sh", ".conf"), (".py",), (".nix",))
# These run where the image is built, or say what it has.
ELSEWHERE = ("build.sh", "configuration.sh", "image.nix", "tests")


def in_shell(text: str) -> dict[str, str]:
    """The variables that a text reads, with their defaults."""
    text = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    defaults = dict(DEFAULT.findall(text))
    used = {first or second for first, second in USE.findall(text)}
    made = set(ASSIGNMENT.findall(text)) - set(SELF.findall(text))
    return {name: defaults.get(name, "") for name in used - made - SHELL}


def in_python(text: str) -> dict[str, str]:
    return dict(ENVIRON.findall(text)) | dict(ENTRY.findall(text))


def read_by(folders: list[Path]) -> dict[str, str]:
    """What the programs in the folders read, less what Nix files there give them."""
    files = [
        file
        for folder in folders
        for file in sorted(folder.rglob("*"))
        if not set(file.parts) & set(ELSEWHERE)
    ]
    texts = {
        kind: [file.read_text() for file in files if file.suffix in kind]
        for kind in KINDS
    }
    found = in_shell("\n".join(texts[".sh", ".conf"]))
    for text in texts[(".py",)]:
        found |= in_python(text)
    given = {name for text in texts[(".nix",)] for name in GIVEN.findall(text)}
    given |= {name for text in texts[(".py",)] for name in SET.findall(text)}
    return {
        name if name in FILES else name.removesuffix("_FILE"): default
        for name, default in found.items()
        if name not in given
    }


def documented(page: str, image: str) -> dict[str, str]:
    """The rows of an image's section: variables with the text of their default."""
    section = re.search(
        rf"^## {image}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL
    )
    return dict(ROW.findall(section[1])) if section else {}


def differences(page: str, image: str, folders: list[Path]) -> Iterator[str]:
    rows, read = documented(page, image), read_by(folders)
    yield from (
        f"{image}: {name} is read, and has no row"
        for name in sorted(read.keys() - rows.keys())
    )
    yield from (
        f"{image}: {name} has a row, and is not read"
        for name in sorted(rows.keys() - read.keys())
    )
    for name in sorted(read.keys() & rows.keys()):
        if read[name] and f"`{read[name]}`" not in rows[name]:
            yield (
                f"{image}: {name} is {read[name]} by default, "
                f"and its row says {rows[name]}"
            )


def main() -> int:
    page = Path(sys.argv[1]).read_text()
    images: dict[str, list[Path]] = {}
    for argument in sys.argv[2:]:
        image, folder = argument.split("=", 1)
        images.setdefault(image, []).append(Path(folder))
    found = [
        line
        for image, folders in images.items()
        for line in differences(page, image, folders)
    ]
    print("\n".join(found) or f"{len(images)} images")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

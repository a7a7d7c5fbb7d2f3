"""Write the tree of a new service, which has the template as its flake's input.

    new DIRECTORY [--template URL] [--packages SET]

The service gets the directory's name.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

from compose import rename

# Megabytes of an image's budget that the sample leaves to a team's own packages.
ROOM = 40

NEXT = """\
new: wrote {directory}. Next:
    cd {directory}
    ./nixw run                               # the sample serves at \
http://localhost:8080/
    git commit -am "From the template"
Its README.md has the files to know, and leads to recipes."""


def fail(sentence: str) -> NoReturn:
    sys.exit(f"new: {sentence}")


def read_rules() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(os.environ["RULES"]).read_text())
    return found


def check_name(name: str) -> None:
    """Refuse what cannot name images, a database and a role.

    Raises:
        SystemExit: the name is none; the message tells what one is.
    """
    rules = read_rules()
    fits = re.fullmatch(rules["pattern"], name) and len(name) <= rules["longest"]
    if not fits or re.fullmatch(rules["taken"], name):
        fail(f"{name!r} cannot name a service: {rules['sentence']}")


def check_directory(directory: Path) -> None:
    """Refuse one that holds something.

    Raises:
        SystemExit: it does, or is no directory.
    """
    if directory.exists() and not directory.is_dir():
        fail(f"{directory} is a file.")
    if directory.is_dir() and any(directory.iterdir()):
        fail(
            f"{directory} is not empty; "
            "name a directory that is, or one that is not there yet."
        )
    if directory.is_dir() and not os.access(directory, os.W_OK):
        fail(f"{directory} cannot be written by this user.")


def write_texts(directory: Path, name: str, template: str) -> None:
    """Write the pages and the flake.

    What the sample says of itself becomes a part of README.md.
    """
    for text in Path(os.environ["TEXTS"]).iterdir():
        filled = (
            text.read_text().replace("@name@", name).replace("@template@", template)
        )
        (directory / text.name).write_text(filled)
    sample = directory / "src/README.md"
    if not sample.exists():  # where a whole tree has replaced the sample
        return
    with (directory / "README.md").open("a") as readme:
        readme.write("\n" + re.sub("^#", "##", sample.read_text(), flags=re.MULTILINE))
    sample.unlink()


def name_service(directory: Path, name: str, packages: str) -> None:
    """Write the name where the sample has its own, and the package set."""
    declared = directory / "pyproject.toml"
    text = declared.read_text()
    text = re.sub(
        r'^name = ".*"$', f'name = "{name}"', text, count=1, flags=re.MULTILINE
    )
    text = re.sub(
        r'^description = ".*"$', 'description = ""', text, count=1, flags=re.MULTILINE
    )
    text = re.sub(r"^(license|authors) = .*\n", "", text, count=2, flags=re.MULTILINE)
    text = re.sub(
        r'^source = ".*"$',
        f'source = "https://example.com/{name}"',
        text,
        count=1,
        flags=re.MULTILINE,
    )
    text = text.replace("\ndeploy = true", "\ndeploy = false", 1)
    text = re.sub(
        r'^packages = "\w+"',
        f'packages = "{packages}"',
        text,
        count=1,
        flags=re.MULTILINE,
    )
    text = re.sub(
        r"^(images\.\S+\.megabytes = )(\d+)$",
        lambda found: f"{found[1]}{int(found[2]) + ROOM}",
        text,
        flags=re.MULTILINE,
    )
    declared.write_text(text)
    compose = directory / "docker-compose.yaml"
    compose.write_text(rename(compose.read_text(), name))


def check_template(url: str) -> None:
    """Refuse what is no flake's address.

    Raises:
        SystemExit: it is none.
    """
    if not re.fullmatch(r"[a-z+]+:[^\s\"$\\]+", url):
        fail(
            f"{url!r} is no flake's address: "
            "name the template's by --template, such as github:OWNER/REPO."
        )


def add_to_git(directory: Path) -> None:
    """Nix sees only what git knows; it needs no git where nothing is a repository."""
    if not shutil.which("git"):
        return
    inside = (
        subprocess.run(
            ["git", "-C", directory, "rev-parse"], capture_output=True
        ).returncode
        == 0
    )
    if not inside:
        subprocess.run(["git", "-C", directory, "init", "--quiet"])
    # Forced: an outer repository may ignore some of the files.
    if subprocess.run(["git", "-C", directory, "add", "--force", "."]).returncode:
        print(f"new: git could not add the files: add those of {directory} yourself.")


def main() -> None:
    sets = read_rules()["packages"]
    parser = argparse.ArgumentParser(
        prog="new", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("directory", type=Path)
    parser.add_argument(
        "--template", default=os.environ["TEMPLATE"], help="such as github:OWNER/REPO"
    )
    parser.add_argument(
        "--packages", choices=sets, default=sets[0], help="the package set"
    )
    arguments = parser.parse_args()
    directory = arguments.directory.absolute()
    check_name(directory.name)
    check_template(arguments.template)
    check_directory(directory)
    shutil.copytree(
        os.environ["SAMPLE"], directory, dirs_exist_ok=True, copy_function=shutil.copy
    )
    for path in [directory, *directory.rglob("*")]:
        path.chmod(path.stat().st_mode | 0o200)
    write_texts(directory, directory.name, arguments.template)
    name_service(directory, directory.name, arguments.packages)
    add_to_git(directory)
    print(NEXT.format(directory=shlex.quote(str(arguments.directory))))


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        fail(f"{error.filename or error}: {error.strerror or 'it cannot be written'}.")

"""The template's docker-compose.yaml with the service's name and variables.

    compose.py [DEPLOY]

The template's file is standard input. DEPLOY is a copy of its folder deploy/, which
gets the name, too.
"""

import json
import os
import re
import sys
from pathlib import Path

VARIABLES = re.compile(r"^x-environment: &environment.*\n(?:  .*\n)*", re.MULTILINE)


def variables(environment: dict[str, str]) -> str:
    # For Compose a $ begins a variable of its own.
    texts = {
        name: json.dumps(value).replace("$", "$$")
        for name, value in sorted(environment.items())
    }
    lines = [f"  {name}: {text}\n" for name, text in texts.items()]
    return "x-environment: &environment" + ("\n" + "".join(lines) if lines else " {}\n")


def name_in(text: str) -> str:
    """The name of the service that a compose file is for.

    Raises:
        ValueError: the text has none.
    """
    found = re.search(r"^name: (\S+)$", text, re.MULTILINE)
    if not found:
        raise ValueError("A compose file has no line `name: …`.")
    return found[1]


def replace_name(text: str, former: str, name: str) -> str:
    """The text with another name, where files of compose, Swarm, Kubernetes have it.

    Names in the database have no hyphens.
    """
    before = r"^(?:name|namespace): |^ *- |^STACK=|\}|/|\""
    pattern = rf"({before}){re.escape(former)}(?=[-:]|$)"
    text = re.sub(pattern, rf"\g<1>{name}", text, flags=re.MULTILINE)
    before = r"^ *(?:- name|database|owner): |\""
    pattern = rf"({before}){former.replace('-', '_')}(?=_serve|\"|$)"
    return re.sub(pattern, rf"\g<1>{name.replace('-', '_')}", text, flags=re.MULTILINE)


def rename(text: str, name: str) -> str:
    """A compose file for a service of that name, which has the same variables.

    Raises:
        ValueError: the text has no name.
    """
    return replace_name(text, name_in(text), name)


def rename_folder(folder: Path, name: str) -> None:
    """The same for a copy of deploy/, in place."""
    former = name_in((folder / "compose.production.yaml").read_text())
    for file in folder.rglob("*"):
        if file.is_file():
            file.write_text(replace_name(file.read_text(), former, name))


def render(text: str, name: str, environment: dict[str, str]) -> str:
    """The file for the service of that name.

    Raises:
        ValueError: the text has no name or no place for variables.
    """
    if not VARIABLES.search(text):
        raise ValueError("docker-compose.yaml has no x-environment.")
    return VARIABLES.sub(lambda _: variables(environment), rename(text, name))


if __name__ == "__main__":
    environment = json.loads(os.environ["SERVICE_ENVIRONMENT"])
    sys.stdout.write(render(sys.stdin.read(), os.environ["SERVICE_NAME"], environment))
    for folder in sys.argv[1:]:
        rename_folder(Path(folder), os.environ["SERVICE_NAME"])

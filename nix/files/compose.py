"""The template's docker-compose.yaml (standard input) with the service's name and variables."""

import json
import os
import re
import sys

VARIABLES = re.compile(r"^x-environment: &environment.*\n(?:  .*\n)*", re.MULTILINE)


def variables(environment: dict[str, str]) -> str:
    # For Compose a $ begins a variable of its own.
    texts = {
        name: json.dumps(value).replace("$", "$$") for name, value in sorted(environment.items())
    }
    lines = [f"  {name}: {text}\n" for name, text in texts.items()]
    return "x-environment: &environment" + ("\n" + "".join(lines) if lines else " {}\n")


def rename(text: str, name: str) -> str:
    """The file for a service of that name, which has the same variables.

    Raises:
        ValueError: the text has no name.
    """
    found = re.search(r"^name: (\S+)$", text, re.MULTILINE)
    if not found:
        raise ValueError("docker-compose.yaml has no line `name: …`.")
    return text.replace(f"{found[0]}\n", f"name: {name}\n").replace(f"}}{found[1]}-", f"}}{name}-")


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

"""Which service this is, as the `[project]` table of its pyproject.toml says (PEP 621)."""

import os
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple


class Project(NamedTuple):
    """The service's name and description, and what its database and role are called."""

    name: str
    description: str

    @property
    def database(self) -> str:
        return self.name.replace("-", "_")


def read() -> Project:
    """The project that the settings module belongs to.

    Raises:
        SystemExit: it has no pyproject.toml, or that has no name.
    """
    spec = find_spec(os.environ["DJANGO_SETTINGS_MODULE"])
    folders = Path(spec.origin).parents if spec and spec.origin else []
    for file in (folder / "pyproject.toml" for folder in folders):
        if file.exists():
            table = tomllib.loads(file.read_text()).get("project", {})
            if "name" not in table:
                raise SystemExit(f"settings: {file} has no name in [project].")
            return Project(table["name"], table.get("description", ""))
    raise SystemExit("settings: there is no pyproject.toml above the settings module.")

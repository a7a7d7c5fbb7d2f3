"""Which service this is, as its pyproject.toml says.

It reads the tables `[project]` (PEP 621) and `[tool.template]`.
"""

import os
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple


class Project(NamedTuple):
    """What the service is called, its database and role too, and how it is built."""

    name: str
    description: str
    driver: str  # with which Django asks PostgreSQL: psycopg2 or psycopg
    languages: tuple[str, ...]  # locale names, whose translations images keep
    promised: tuple[str, ...]  # views that have objectives of their own

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
            declared = tomllib.loads(file.read_text())
            table = declared.get("project", {})
            if "name" not in table:
                raise SystemExit(f"settings: {file} has no name in [project].")
            template = declared.get("tool", {}).get("template", {})
            return Project(
                table["name"],
                table.get("description", ""),
                template.get("driver", "psycopg2"),
                ("en", *template.get("languages", [])),
                tuple(template.get("objectives", {}).get("views", {})),
            )
    raise SystemExit("settings: there is no pyproject.toml above the settings module.")

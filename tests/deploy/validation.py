"""Validate rendered objects of Kubernetes: no field is unknown, and no kind.

    objects.py OPERATOR RENDERED…

OPERATOR has the schemas of the Prometheus operator's kinds. Exit status 1 and a line for each
fault.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import yaml

# The kubectl of this set has this version; the newest that the validator knows is tried, too.
OLDEST = "1.32"


def fault(found: dict[str, Any], version: str, operator: dict[str, Any]) -> str | None:
    try:
        if found["apiVersion"].startswith("monitoring.coreos.com/"):
            if found["kind"] not in operator["$defs"]:
                return "its kind is unknown"
            schema = {**operator, "$ref": f"#/$defs/{found['kind']}"}
            jsonschema.Draft202012Validator(schema).validate(found)
        else:
            kubernetes_validate.validate(found, version, strict=True)
    except kubernetes_validate.SchemaNotFoundError:
        return f"its kind is unknown in Kubernetes {version}"
    except jsonschema.ValidationError as error:
        return f"{error.json_path}: {error.message}"
    return None


def faults(file: Path, operator: dict[str, Any]) -> Iterator[str]:
    seen = set()
    for found in yaml.safe_load_all(file.read_text()):
        name = f"{found['kind']} {found['metadata']['name']}"
        if name in seen:
            yield f"{name} is there twice"
        seen.add(name)
        versions = (OLDEST, kubernetes_validate.latest_version())
        for sentence in {fault(found, version, operator) for version in versions} - {None}:
            yield f"{name}: {sentence}"
    if not seen:
        yield "there is no object"


def main() -> int:
    operator, *rendered = map(Path, sys.argv[1:])
    schemas = yaml.safe_load(operator.read_text())
    found = [f"{file.name}: {line}" for file in rendered for line in faults(file, schemas)]
    print("\n".join(found) or "every object is valid")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

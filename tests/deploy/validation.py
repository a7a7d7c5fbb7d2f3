"""Whether objects of Kubernetes are valid: no field is unknown, and no kind."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import yaml

# This set's kubectl has the first; the other is the newest that the validator knows.
VERSIONS = ("1.32", kubernetes_validate.latest_version())
# The schemas of the Prometheus operator's kinds.
OPERATOR = yaml.safe_load(Path(__file__).with_name("operator.yaml").read_text())


def check_operator(found: dict[str, Any]) -> None:
    """Check an object of one of the operator's kinds.

    Raises:
        jsonschema.ValidationError: it is not valid, or its kind is unknown.
    """
    if found["kind"] not in OPERATOR["$defs"]:
        raise jsonschema.ValidationError("its kind is unknown")
    schema = {**OPERATOR, "$ref": f"#/$defs/{found['kind']}"}
    jsonschema.Draft202012Validator(schema).validate(found)


def fault(found: dict[str, Any], version: str) -> str | None:
    """What is wrong with an object in a version of Kubernetes."""
    try:
        if found["apiVersion"].startswith("monitoring.coreos.com/"):
            check_operator(found)
        else:
            kubernetes_validate.validate(found, version, strict=True)
    except kubernetes_validate.SchemaNotFoundError:
        return f"its kind is unknown in Kubernetes {version}"
    except jsonschema.ValidationError as error:
        return f"{error.json_path}: {error.message}"
    return None


def faults(text: str) -> Iterator[str]:
    """What is wrong with objects in one text."""
    seen = set()
    for found in yaml.safe_load_all(text):
        name = f"{found['kind']} {found['metadata']['name']}"
        if name in seen:
            yield f"{name} is there twice"
        seen.add(name)
        for sentence in {fault(found, version) for version in VERSIONS} - {None}:
            yield f"{name}: {sentence}"
    if not seen:
        yield "there is no object"

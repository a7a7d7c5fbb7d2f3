"""Whether objects of Kubernetes are valid: no field is unknown, and no kind."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import yaml

# This set's kubectl has the first; the other is the newest that the validator knows.
VERSIONS = ("1.32", kubernetes_validate.latest_version())
# The schemas of kinds that Kubernetes itself lacks, by their group.
FILES = {
    "argoproj.io": "gitops.yaml",
    "barmancloud.cnpg.io": "cloudnativepg.yaml",
    "kustomize.toolkit.fluxcd.io": "gitops.yaml",
    "monitoring.coreos.com": "operator.yaml",
    "postgresql.cnpg.io": "cloudnativepg.yaml",
}
CUSTOM = {
    group: yaml.safe_load(Path(__file__).with_name(name).read_text())
    for group, name in FILES.items()
}


def check_custom(found: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Check an object of a kind of an operator.

    Raises:
        jsonschema.ValidationError: it is not valid, or its kind is unknown.
    """
    if found["kind"] not in schemas["$defs"]:
        raise jsonschema.ValidationError("its kind is unknown")
    schema = {**schemas, "$ref": f"#/$defs/{found['kind']}"}
    jsonschema.Draft202012Validator(schema).validate(found)


def fault(found: dict[str, Any], version: str) -> str | None:
    """What is wrong with an object in a version of Kubernetes."""
    try:
        if schemas := CUSTOM.get(found["apiVersion"].split("/")[0]):
            check_custom(found, schemas)
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

"""What deploy/ has, as Python reads it."""

import os
import re
from pathlib import Path
from typing import Any

import yaml
from programs import succeed

DEPLOY = Path(os.environ["DEPLOY"])
KUBERNETES = "../../deploy/kubernetes"  # as an overlay of one's own sees it

Objects = dict[tuple[str, str], Any]


def load(name: str) -> Any:
    """A file of deploy/ that is one YAML document."""
    return yaml.safe_load((DEPLOY / name).read_text())


def render(overlay: Path) -> str:
    """Kubernetes's objects of an overlay, as kustomize renders them."""
    return succeed("kubectl", "kustomize", ".", folder=overlay)


def by_name(text: str) -> Objects:
    """Kubernetes's objects by kind and name; a Job's is without kustomize's hash."""
    found = yaml.safe_load_all(text)
    return {(one["kind"], name(one)): one for one in found}


def name(found: Any) -> str:
    """What people call an object."""
    text: str = found["metadata"]["name"]
    return re.sub("-[a-z0-9]{10}$", "", text) if found["kind"] == "Job" else text


def replace(text: str, former: str, new: str) -> str:
    """The text with a fault in the one place that has `former`.

    Raises:
        AssertionError: not exactly one place has it.
    """
    assert text.count(former) == 1, f"{text.count(former)} places have {former!r}"
    return text.replace(former, new)

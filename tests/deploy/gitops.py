"""What Argo CD and Flux do: they apply and prune.

Here it is on a stand-in of an API that refuses to change a Job.
"""

from typing import Any

import yaml

ARGO = "argocd.argoproj.io/sync-options"
FLUX = "kustomize.toolkit.fluxcd.io"
Key = tuple[str, str]


class RefusedError(Exception):
    """The API server does not take an object."""


def annotations(found: Any) -> dict[str, str]:
    named: dict[str, str] = found["metadata"].get("annotations", {})
    return named


def is_forced(found: Any) -> bool:
    """Whether both engines make it anew where a change is refused."""
    named = annotations(found)
    return (
        "Force=true" in named.get(ARGO, "") and named.get(f"{FLUX}/force") == "enabled"
    )


def is_kept(found: Any) -> bool:
    """Whether neither engine removes it while the next release is not healthy."""
    named = annotations(found)
    return (
        "PruneLast=true" in named.get(ARGO, "")
        and named.get(f"{FLUX}/prune") == "disabled"
    )


def template(found: Any) -> Any:
    """What no apply changes in a Job."""
    return found["spec"]["template"]


class Cluster:
    """Objects by kind and name, and how often each Job has run."""

    def __init__(self) -> None:
        self.objects: dict[Key, Any] = {}
        self.ran: list[str] = []

    def sync(self, text: str) -> None:
        """Apply what an overlay renders, and remove what it has no more.

        Raises:
            RefusedError: it changes a Job, and does not say that it may be made anew.
        """
        rendered = {
            (one["kind"], one["metadata"]["name"]): one
            for one in yaml.safe_load_all(text)
        }
        for key, found in rendered.items():
            self.apply(key, found)
        for key in self.objects.keys() - rendered.keys():
            if not is_kept(self.objects[key]):
                del self.objects[key]

    def apply(self, key: Key, found: Any) -> None:
        kind, name = key
        former = self.objects.get(key)
        self.objects[key] = found
        if kind != "Job" or (former and template(former) == template(found)):
            return
        if former and not is_forced(found):
            raise RefusedError(f"Job {name}: spec.template: field is immutable")
        self.ran.append(name)

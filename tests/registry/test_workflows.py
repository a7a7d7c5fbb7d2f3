"""The workflow of a release: what it signs was built by nothing that a branch wrote."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

NOT_OF_TAGS = "github.ref_type != 'tag'"


def load(name: str) -> dict[str, Any]:
    return yaml.safe_load(Path(os.environ["workflows"], f"{name}.yaml").read_text())


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job.get("steps", [])]


@pytest.mark.parametrize("name", ["audit", "release", "update"])
def test_no_cache_of_another_run_is_taken(name: str):
    """It has no signatures: an altered program in it would be in the images."""
    workflow = load(name)
    assert not [step for step in steps(workflow) if "cache" in step.get("uses", "")]
    settings = [workflow, *workflow["jobs"].values(), *steps(workflow)]
    named = [part["env"].get("NIX_CONFIG", "") for part in settings if "env" in part]
    own = {"extra-substituters = file:///tmp/nix-arm64?trusted=1"}  # of this run
    assert set(named) <= {"", *(own if name == "release" else set())}


def test_checks_of_a_release_take_no_cache():
    workflow = load("checks")
    cached = [
        step
        for step in steps(workflow)
        if "cache" in step.get("uses", "") or "$CACHE" in step.get("run", "")
    ]
    assert len(cached) == 3
    assert all(NOT_OF_TAGS in step["if"] for step in cached)
    configuration = workflow["jobs"]["check"]["env"]["NIX_CONFIG"]
    assert configuration.startswith(f"${{{{ {NOT_OF_TAGS} && ")


def test_nothing_is_signed_before_another_machine_has_built_the_same():
    jobs = load("release")["jobs"]
    secret = {name for name, job in jobs.items() if "secrets." in str(job)}
    assert secret == {"sign"}
    assert "again" in jobs["sign"]["needs"]
    assert "needs.again.result == 'success'" in jobs["sign"]["if"]
    (compares,) = (
        step["run"]
        for step in jobs["again"]["steps"]
        if "#verify" in step.get("run", "")
    )
    assert "--layers" in compares

"""Kubernetes's objects as kustomize renders them, and copies of deploy/."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from programs import succeed
from sources import DEPLOY, Objects, by_name, render


def copy_deploy(folder: Path) -> Path:
    """A copy of deploy/ in a folder, which may be written."""
    shutil.copytree(DEPLOY, folder / "deploy", copy_function=shutil.copyfile)
    for one in (folder / "deploy", *(folder / "deploy").rglob("*/")):
        one.chmod(0o755)
    return folder / "deploy"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder with a copy of deploy/, as it is on a machine in production."""
    copy_deploy(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def renamed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of deploy/ as `files` writes it for the service pet-shop."""
    folder = tmp_path_factory.mktemp("renamed")
    deploy = copy_deploy(folder)
    compose = Path(os.environ["DEPLOY_COMPOSE"]).read_text()
    succeed(
        *(sys.executable, "-P", os.environ["DEPLOY_RENAME"], "deploy"),
        folder=folder,
        text=compose,
        SERVICE_NAME="pet-shop",
        SERVICE_ENVIRONMENT="{}",
    )
    return deploy


@pytest.fixture(scope="session")
def overlays(renamed: Path) -> dict[str, str]:
    """The objects of each overlay, and of the sample for the service pet-shop."""
    names = ("base", "monitoring", "sample")
    found = {name: render(DEPLOY / "kubernetes" / name) for name in names}
    return found | {"renamed": render(renamed / "kubernetes/sample")}


@pytest.fixture(scope="session")
def sample(overlays: dict[str, str]) -> str:
    """The objects of the sample as text."""
    return overlays["sample"]


@pytest.fixture(scope="session")
def objects(sample: str) -> Objects:
    """The objects of the sample by kind and name."""
    return by_name(sample)

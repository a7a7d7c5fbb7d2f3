"""Kubernetes's objects as kustomize renders them, and copies of deploy/."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from programs import succeed
from sources import DEPLOY, KUBERNETES, Objects, by_name, render

# What every overlay of one's own has.
OWN = """apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: shop
configMapGenerator:
  - {name: migrate, behavior: merge, literals: [ALLOWED_HOSTS=api.example.com]}
images:
  - {name: server, newName: registry.example.com/shop-server, newTag: 0.1.0}
replacements:
  - source: {kind: Job, name: migrate, fieldPath: spec.template.spec.containers.0.image}
    targets:
      - {select: {kind: ConfigMap, name: migrate}, fieldPaths: [data.SERVER_IMAGE]}
"""


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


@pytest.fixture
def production(tree: Path) -> Callable[[dict[str, Any]], str]:
    """Renders an overlay of one's own beside deploy/, with these parts."""
    folder = tree / "kubernetes/production"
    folder.mkdir(parents=True)
    for name in ("ingress.yaml", "namespace.yaml"):
        shutil.copyfile(DEPLOY / "kubernetes/sample" / name, folder / name)

    def production(parts: dict[str, Any]) -> str:
        text = yaml.safe_dump({"resources": [f"{KUBERNETES}/base"], **parts})
        (folder / "kustomization.yaml").write_text(f"{OWN}{text}")
        return render(folder)

    return production


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


def with_cluster(deploy: Path) -> str:
    """The objects of an overlay with CloudNativePG, in a copy of deploy/."""
    folder = deploy / "kubernetes/with-cluster"
    folder.mkdir()
    (folder / "kustomization.yaml").write_text(
        f"{OWN}resources: [../base]\ncomponents: [../cloudnativepg]\n"
    )
    return render(folder)


@pytest.fixture(scope="session")
def overlays(
    renamed: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    """The objects of each overlay, and of the service pet-shop's."""
    names = ("base", "monitoring", "sample")
    found = {name: render(DEPLOY / "kubernetes" / name) for name in names}
    return found | {
        "renamed": render(renamed / "kubernetes/sample"),
        "cloudnativepg": with_cluster(copy_deploy(tmp_path_factory.mktemp("copy"))),
        "renamed cloudnativepg": with_cluster(renamed),
    }


@pytest.fixture(scope="session")
def sample(overlays: dict[str, str]) -> str:
    """The objects of the sample as text."""
    return overlays["sample"]


@pytest.fixture(scope="session")
def objects(sample: str) -> Objects:
    """The objects of the sample by kind and name."""
    return by_name(sample)

"""A registry with the images, for each module."""

from pathlib import Path

import pytest

from support.registry import Registry, run


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    registry = Registry(tmp_path_factory.mktemp("registry"))
    registry.start()
    yield registry
    registry.end()


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def pushed(registry, home) -> str:
    """What the first push prints."""
    done = run("push", home, f"{registry.address}/team", "--dest-tls-verify=false")
    assert done.returncode == 0, done
    return done.stdout

"""The fixtures of all suites."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from support.images import Container, Image
    from support.processes import Database, Server


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Database]":
    """One PostgreSQL for all tests of a run."""
    from support.processes import Database
    from support.program import running

    with running(Database(tmp_path_factory.mktemp("db"))) as database:
        yield database


@pytest.fixture
def start_server(
    tmp_path: Path, database: "Database"
) -> "Iterator[Callable[..., Server]]":
    """Start a server with a command and variables; those left running are stopped."""
    from support.processes import Server
    from support.program import running

    numbers = count()
    with ExitStack() as servers:

        def start(*command: str, **variables: str) -> Server:
            directory = tmp_path / f"run-{next(numbers)}"
            return servers.enter_context(
                running(Server(directory, database, *command, **variables))
            )

        yield start


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> "dict[str, Image]":
    """Every image by name, unpacked."""
    from support.images import NAMES, Image

    return {name: Image(name, tmp_path_factory.mktemp(name)) for name in NAMES}


@pytest.fixture(scope="module")
def start_container(
    images: "dict[str, Image]", tmp_path_factory: pytest.TempPathFactory
) -> "Iterator[Callable[..., Container]]":
    """Start a container of an image; what the module leaves running is stopped."""
    from support.images import Container
    from support.program import running

    with ExitStack() as containers:

        def start(name: str, **variables: str) -> Container:
            container = Container(
                images[name], tmp_path_factory.mktemp(name), **variables
            )
            return containers.enter_context(running(container))

        yield start


def pytest_generate_tests(metafunc: Any) -> None:
    """A test with the argument `image` runs for each."""
    if "image" in metafunc.fixturenames:
        from support.images import NAMES

        metafunc.parametrize("image", NAMES, indirect=True)


@pytest.fixture
def image(request: Any, images: "dict[str, Image]") -> "Image":
    return images[request.param]

import os
from collections.abc import Iterator

import pytest
from client import Client


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--target", default=os.environ.get("SYSTEM_TEST_HOSTPORT", "localhost:8080")
    )


@pytest.fixture(scope="session")
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    with Client(
        request.config.getoption("target"), os.environ.get("SYSTEM_TEST_TOKEN")
    ) as client:
        yield client


@pytest.fixture
def writer(client: Client) -> Iterator[Client]:
    """The client; what it makes is gone after the test."""
    yield client
    client.undo()

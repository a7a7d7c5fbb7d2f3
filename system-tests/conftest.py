"""Clients for the service under test, and tweets that are gone after a test."""

import os
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
import requests
from client import Client

MISUSE = 2


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--target",
        default=os.environ.get("SYSTEM_TEST_HOSTPORT", "localhost:8080"),
        help="HOST:PORT of the service, or its https:// address "
        "(default: SYSTEM_TEST_HOSTPORT, localhost:8080)",
    )


def check(client: Client) -> None:
    """End the run with a sentence where no test could pass."""
    try:
        status = client.get("/tweet/?limit=1").status_code
    except requests.RequestException:
        pytest.exit(
            f"Nothing answers at {client.target}: start the cluster with ./nixw run, "
            "or name another with --target or SYSTEM_TEST_HOSTPORT.",
            MISUSE,
        )
    if status == HTTPStatus.UNAUTHORIZED:
        pytest.exit(
            "SYSTEM_TEST_TOKEN is not accepted: "
            "make one there with manage.py createtoken USER.",
            MISUSE,
        )


@pytest.fixture(scope="session")
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    with Client(
        request.config.getoption("target"), os.environ.get("SYSTEM_TEST_TOKEN")
    ) as client:
        check(client)
        yield client


@pytest.fixture(scope="session")
def may_write(client: Client) -> bool:
    """Whether the client may write; a tweet without text is refused either way."""
    return client.post("/tweet/", json={}).status_code == HTTPStatus.BAD_REQUEST


@pytest.fixture
def writer(client: Client, may_write: bool) -> Iterator[Client]:
    """The client, where it may write; what it makes is gone after the test."""
    if not may_write and os.environ.get("SYSTEM_TEST_TOKEN"):
        pytest.fail("The user of SYSTEM_TEST_TOKEN may not write: name one who may.")
    if not may_write:
        pytest.skip(
            "Writing is refused here: set SYSTEM_TEST_TOKEN to the token of a user."
        )
    yield client
    client.undo()


@pytest.fixture
def tweet(writer: Client) -> dict[str, Any]:
    response = writer.post("/tweet/", json={"text": "written by a system test"})
    response.raise_for_status()
    return response.json()


@pytest.fixture
def tweets(writer: Client) -> list[dict[str, Any]]:
    """Five, in id order; others may write between them."""
    return [
        writer.post("/tweet/", json={"text": f"system test {number}"}).json()
        for number in range(5)
    ]


@pytest.fixture(scope="session")
def stranger(client: Client) -> Iterator[Client]:
    """A client without credentials."""
    with Client(client.target) as stranger:
        yield stranger


@pytest.fixture(scope="session")
def metrics() -> Iterator[Client]:
    """A client for the metrics port."""
    hostport = os.environ.get("SYSTEM_TEST_METRICS_HOSTPORT")
    if not hostport:
        pytest.skip(
            "SYSTEM_TEST_METRICS_HOSTPORT does not name the server's metrics port."
        )
    with Client(hostport) as metrics:
        yield metrics

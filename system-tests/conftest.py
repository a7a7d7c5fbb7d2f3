"""A client for the cluster under test."""

import os

import pytest
import requests


class Client(requests.Session):
    """A session whose paths are below the target."""

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target

    def request(self, method, url, *args, **kwargs):
        kwargs.setdefault("timeout", 10)
        return super().request(method, requests.compat.urljoin(self.target, url), *args, **kwargs)


@pytest.fixture(scope="session")
def client():
    hostport = os.environ.get("SYSTEM_TEST_HOSTPORT", "localhost:8080")
    with Client(f"http://{hostport}") as session:
        try:
            session.get("/healthcheck/live/")
        except requests.ConnectionError:
            pytest.exit(f"Nothing answers at {hostport}: start the cluster or set SYSTEM_TEST_HOSTPORT.", 2)
        yield session


@pytest.fixture
def tweet(client):
    """A tweet that is gone after the test."""
    response = client.post("/tweet/", json={"text": "written by a system test"})
    response.raise_for_status()
    yield response.json()
    client.delete(response.json()["href"])

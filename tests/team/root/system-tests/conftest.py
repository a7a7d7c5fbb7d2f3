import os

import pytest
from client import Client


@pytest.fixture(scope="session")
def client():
    with Client(os.environ.get("SYSTEM_TEST_HOSTPORT", "localhost:8080")) as client:
        yield client

"""The service, installed on a cluster as docs/kubernetes.md tells."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial

import pytest
from installation import Installation
from traffic import Traffic, sent


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The service after its first installation, word for word by the page."""
    installation = Installation(tmp_path_factory.mktemp("tree"))
    installation.install()
    yield installation
    installation.remove()


@pytest.fixture
def service(installed: Installation) -> Iterator[Installation]:
    """The installed service; what a test changes in the overlay is taken back."""
    with installed.restored():
        yield installed


@pytest.fixture
def traffic(service: Installation) -> Callable[[], AbstractContextManager[Traffic]]:
    """Requests to the service, while something happens."""
    return partial(sent, service.address())

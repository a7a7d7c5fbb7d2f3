import pytest

from support.processes import LogServer


@pytest.fixture
def log(tmp_path):
    """A log server that runs."""
    log = LogServer(tmp_path)
    log.start()
    yield log
    log.end()

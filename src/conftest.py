"""What the unit tests of this service share, beside the fixtures of `chassis.testing`."""

import pytest


@pytest.fixture
def anonymous_writes(settings):
    settings.API_ANONYMOUS_WRITES = True

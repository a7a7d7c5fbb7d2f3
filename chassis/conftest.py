"""The chassis's tests get the fixtures that a service's tests get."""

import pytest

from chassis.pagination.keyset import keyset_by

pytest_plugins = ["chassis.testing"]


@pytest.fixture(autouse=True)
def _no_ordering_is_known() -> None:
    """Each test makes its own.

    mutmut sees by a function's calls which tests it matters to.
    """
    keyset_by.cache_clear()

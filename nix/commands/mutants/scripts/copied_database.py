"""A pytest plugin: each run copies the test database, as a mutant may spoil it."""

import os

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.option.reuse_db = False


def pytest_sessionstart() -> None:
    from django.db import connection

    prepared = f"test_{os.environ['POSTGRES_DB']}"
    connection.settings_dict["TEST"] |= {
        "NAME": f"test_{os.getpid()}",
        "TEMPLATE": prepared,
    }

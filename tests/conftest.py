"""The suites' fixtures are in support/fixtures.py."""

pytest_plugins = ["support.fixtures"]

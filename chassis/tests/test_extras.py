import importlib.util

import pytest

from chassis import extras


def test_variable_without_its_extra_says_how_to_bring_it(monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda _name: None)
    extras.demand("SENTRY_DSN", "")
    with pytest.raises(SystemExit, match=r'"chassis\[sentry\]" in the dependencies'):
        extras.demand("SENTRY_DSN", "https://public@errors.example/1")


@pytest.mark.parametrize("name", extras.EXTRAS)
def test_extra_brings_its_package(name: str):
    _, package = extras.EXTRAS[name]
    assert importlib.util.find_spec(package)
    extras.demand(name, "https://public@errors.example/1")

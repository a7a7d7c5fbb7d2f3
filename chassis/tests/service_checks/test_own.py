"""What a service's own module says."""

import sys

import pytest

from service_checks import own


@pytest.fixture
def _rows(monkeypatch, tmp_path):
    """A service whose module has some of the names."""
    folder = tmp_path / "config/tests"
    folder.mkdir(parents=True)
    lines = [
        "TYPES = {'Field': lambda field, number: number}",
        "FIELDS = {'shop.Item.code': str}",
        "LOCKS = {'shop.0005': 'small'}",
        "GROWING = {'item-list': 'short'}",
        "DELETES = {'shop.0001'}",
        "PASSED = {'shop.0002'}",
        "DOWNTIME = ['shop.0003']",
    ]
    (folder / "rows.py").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(own, "SOURCE", tmp_path)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "config"]:
        del sys.modules[name]


@pytest.mark.usefixtures("_rows")
def test_module_adds_to_what_is_known():
    own.DELETES.add("shop.0000")
    own.read()
    assert own.TYPES["Field"](None, 3) == 3
    assert {"shop.Item.code": str} == own.FIELDS
    assert own.LOCKS == {"shop.0005": "small"}
    assert own.GROWING == {"item-list": "short"}
    assert {"shop.0000", "shop.0001"} == own.DELETES
    assert {"shop.0002"} == own.PASSED
    assert {"shop.0003"} == own.DOWNTIME
    assert set() == own.SINGLE


@pytest.mark.usefixtures("_rows")
def test_views_without_reasons_are_read_without_reasons(tmp_path):
    (tmp_path / "config/tests/rows.py").write_text("GROWING = ['item-list']")
    own.read()
    assert own.GROWING == {"item-list": ""}


def test_service_needs_no_module(monkeypatch, tmp_path):
    monkeypatch.setattr(own, "SOURCE", tmp_path)
    own.read()
    assert own.FIELDS == {}


def test_own_applications_are_those_below_the_source():
    assert own.applications() == {"tests"}

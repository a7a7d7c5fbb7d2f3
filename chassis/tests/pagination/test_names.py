"""Names that a service may have imported before they moved."""

import sys
from importlib import import_module

import pytest

from chassis.pagination import keyset


def test_old_name_of_keyset_works_and_warns_who_imports_it(monkeypatch):
    monkeypatch.delitem(sys.modules, "chassis.keyset", raising=False)
    sentence = r"^chassis\.keyset is chassis\.pagination\.keyset now\.$"
    with pytest.warns(DeprecationWarning, match=sentence) as warnings:
        exec("from chassis.keyset import Cursor, keyset_by", found := {})
    assert found["keyset_by"] is keyset.keyset_by
    assert found["Cursor"] is keyset.Cursor
    assert [warning.filename for warning in warnings] == ["<string>"]


def test_every_public_name_is_there_by_the_old_name(monkeypatch):
    monkeypatch.delitem(sys.modules, "chassis.keyset", raising=False)
    with pytest.warns(DeprecationWarning, match="now"):
        old = import_module("chassis.keyset")
    public = {name for name in vars(keyset) if not name.startswith("_")}
    assert all(vars(old)[name] is vars(keyset)[name] for name in public)

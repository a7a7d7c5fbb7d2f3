import sys
import types

import pytest
from prometheus_client import values

from templatesite.metrics import use_worker_ids


@pytest.fixture(autouse=True)
def _value_class_as_it_was(monkeypatch):
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)


def test_files_are_named_by_worker_in_uwsgi(monkeypatch, tmp_path):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    monkeypatch.setitem(sys.modules, "uwsgi", types.SimpleNamespace(worker_id=lambda: 7))
    use_worker_ids()
    values.ValueClass("counter", "requests", "requests", (), (), "help").inc(1)
    assert [file.name for file in tmp_path.iterdir()] == ["counter_7.db"]


def test_nothing_changes_outside_of_uwsgi():
    before = values.ValueClass
    use_worker_ids()
    assert values.ValueClass is before

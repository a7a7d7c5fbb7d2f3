import os
import sys
import types

import pytest
from prometheus_client import values

from chassis.metrics import name_files


@pytest.fixture(autouse=True)
def _values_as_they_were(monkeypatch):
    """The class of values is the one before, and no file stays open."""
    opened = []

    class File(values.MmapedDict):
        def __init__(self, *arguments, **keywords) -> None:
            super().__init__(*arguments, **keywords)
            opened.append(self)

    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    monkeypatch.setattr(values, "MmapedDict", File)
    yield
    for file in opened:
        file.close()


def test_files_are_named_by_worker_in_uwsgi(monkeypatch, tmp_path):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    monkeypatch.setitem(
        sys.modules, "uwsgi", types.SimpleNamespace(worker_id=lambda: 7)
    )
    name_files()
    values.ValueClass("counter", "requests", "requests", (), (), "help").inc(1)
    assert [file.name for file in tmp_path.iterdir()] == ["counter_7.db"]


def test_files_of_a_program_beside_uwsgi_have_no_workers_number(monkeypatch, tmp_path):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    name_files()
    values.ValueClass("counter", "requests", "requests", (), (), "help").inc(1)
    assert [file.name for file in tmp_path.iterdir()] == [
        f"counter_process{os.getpid()}.db"
    ]


def test_nothing_changes_outside_of_a_server():
    before = values.ValueClass
    name_files()
    assert values.ValueClass is before

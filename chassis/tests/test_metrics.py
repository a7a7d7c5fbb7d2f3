import os
import sys
import types

import pytest
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    multiprocess,
    values,
)

from chassis.metrics import adder, name_files, observer


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


@pytest.mark.parametrize("number", [7, None])
def test_what_is_added_is_what_would_be_counted(monkeypatch, tmp_path, number):
    """By a worker of uWSGI, whose number changes by a fork, and where none is."""
    numbers = [0]
    if number:
        monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
        uwsgi = types.SimpleNamespace(worker_id=lambda: numbers[0])
        monkeypatch.setitem(sys.modules, "uwsgi", uwsgi)
    name_files()
    own = CollectorRegistry()
    counter = Counter("made", "help", ["by"], registry=own).labels("me")
    histogram = Histogram("took", "help", registry=own, buckets=(1, 2))
    add, observe = adder(counter), observer(histogram)
    if number:
        numbers[0] = number
        counter.inc(0)
        multiprocess.MultiProcessCollector(own := CollectorRegistry(), str(tmp_path))
    add(2)
    add(1)
    for seconds in (0.5, 1, 1.5, 3):
        observe(seconds)
    found = own.get_sample_value
    assert found("made_total", {"by": "me"}) == 3
    assert found("took_sum") == 6
    counts = [found("took_bucket", {"le": le}) for le in ("1.0", "2.0", "+Inf")]
    assert counts == [2, 3, 4]
    if number:
        own_files = {"counter_7.db", "histogram_7.db"}
        assert own_files <= {file.name for file in tmp_path.iterdir()}

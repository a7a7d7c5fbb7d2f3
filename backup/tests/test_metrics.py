"""What Prometheus reads."""

import math
import re
import shutil
import socket
from urllib.request import urlopen

import pytest

from backup.metrics import Metrics
from tests.making import facts
from tests.server import free_port

NAMES = {
    "backup_last_success_timestamp_seconds",
    "backup_first_moment_timestamp_seconds",
    "backup_streamed_until_timestamp_seconds",
    "backup_slot_well",
    "backup_slot_kept_bytes",
    "backup_slot_limit_bytes",
    "backup_last_gap_timestamp_seconds",
    "backup_interval_seconds",
    "service_disk_size_bytes",
    "service_disk_free_bytes",
}


@pytest.fixture
def metrics(tmp_path):
    return Metrics(tmp_path)


def value(metrics, name):
    return metrics.registry.get_sample_value(name)


@pytest.mark.parametrize("listen", ["127.0.0.1", "[::1]"])
def test_page_has_what_alerts_ask_for(metrics, listen):
    """Else alerts would never fire, as their metrics are missing."""
    port = free_port(listen.strip("[]"))
    metrics.interval.set(3600)
    metrics.serve(f"{listen}:{port}")
    with urlopen(f"http://{listen}:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert re.search(r"^backup_interval_seconds 3600\.0$", text, re.MULTILINE)
    assert "# TYPE backup_slot_well gauge\n" in text
    assert set(re.findall(r"^(\w+)[{ ]", text, re.MULTILINE)) >= NAMES
    assert "python_info" not in text


def test_port_that_is_taken_is_an_error(metrics):
    """Else a second service would run unseen."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(OSError, match="in use"):
            metrics.serve(f"127.0.0.1:{other.getsockname()[1]}")


def test_disk_is_that_of_the_backups(metrics, tmp_path):
    """Else the alert about a full disk would look at another one, or not say which."""
    size, free = (
        metrics.registry.get_sample_value(name, {"volume": "backup"})
        for name in ("service_disk_size_bytes", "service_disk_free_bytes")
    )
    assert size == shutil.disk_usage(tmp_path).total
    assert 0 < free <= size


@pytest.mark.parametrize(
    ("slot", "well"),
    [
        ("new", 1),
        ("reserved", 1),
        ("extended", 1),
        ("unreserved", 0),
        ("lost", 0),
        (None, 0),
    ],
)
def test_slot_is_well_or_not(metrics, slot, well):
    """Else the alert would come after the log is lost, and not before."""
    metrics.note(facts(slot=slot, kept=77))
    assert value(metrics, "backup_slot_well") == well
    assert value(metrics, "backup_slot_kept_bytes") == 77
    assert value(metrics, "backup_slot_limit_bytes") == 2 << 30


def test_limit_may_be_none(metrics):
    """Else a database that keeps everything would raise the alert about the limit."""
    metrics.note(facts(limit=-1048576))
    assert value(metrics, "backup_slot_limit_bytes") == math.inf
    metrics.note(facts(limit=0))
    assert value(metrics, "backup_slot_limit_bytes") == 0


def test_slot_is_unknown_where_the_database_is_away(metrics):
    """Else the last value would be told for as long as the database is away."""
    metrics.note(facts())
    metrics.note(None)
    assert math.isnan(value(metrics, "backup_slot_well"))
    assert math.isnan(value(metrics, "backup_slot_kept_bytes"))
    metrics.note(facts(kept=None))
    assert math.isnan(value(metrics, "backup_slot_kept_bytes"))
    assert value(metrics, "backup_slot_well") == 1

import subprocess
import sys

import pytest
from django.apps import apps
from django.test import Client
from django_prometheus.db import errors_total
from prometheus_client.parser import text_string_to_metric_families

from chassis.health import views

QUEUE = (
    '{{ "name": "forward queue", "origin": "core.queue", "size": {}, '
    '"discarded.full": {}, "discarded.nf": 2 }}\n'
)


def samples(client: Client) -> dict[tuple[str, ...], float]:
    """Values by name and labels' values."""
    families = text_string_to_metric_families(client.get("/metrics").content.decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


@pytest.mark.django_db
def test_release_is_named_by_its_version(client: Client, settings):
    settings.SERVICE_VERSION = "7.8.9"
    assert samples(client)["service_build_info", "7.8.9"] == 1


@pytest.mark.django_db
def test_well_dependencies_are_up(client: Client):
    found = samples(client)
    assert found["service_dependency_up", "db"] == 1
    assert found["service_dependency_up", "migrations"] == 1


@pytest.mark.django_db
def test_failing_dependency_is_down(client: Client, monkeypatch):
    monkeypatch.setitem(views.DEPENDENCIES, "db", lambda: False)
    monkeypatch.setitem(views.DEPENDENCIES, "migrations", lambda: True)
    found = samples(client)
    assert found["service_dependency_up", "db"] == 0
    assert found["service_dependency_up", "migrations"] == 1


@pytest.mark.django_db
def test_disk_is_not_larger_than_it_is(client: Client):
    found = samples(client)
    assert 0 < found["service_disk_free_bytes",] <= found["service_disk_size_bytes",]


@pytest.mark.django_db
def test_last_line_of_a_log_queue_holds(client: Client, settings, tmp_path):
    stats = tmp_path / "stats"
    stats.write_text(QUEUE.format(0, 0) + QUEUE.format(7, 3))
    settings.SYSLOG_STATS = str(stats)
    found = samples(client)
    assert found["service_log_queue_lines", "forward queue"] == 7
    assert found["service_log_lines_discarded_total", "forward queue"] == 5


@pytest.mark.django_db
def test_gateway_errors_begin_at_0_and_are_the_syslog_daemons(
    client: Client, settings, tmp_path
):
    stats = tmp_path / "stats"
    settings.SYSLOG_STATS = str(stats)
    for values, errors in (("{ }", 0), ('{ "502": 4 }', 4)):
        stats.write_text(
            f'{{ "name": "nginx", "origin": "dynstats.bucket", "values": {values} }}\n'
        )
        found = samples(client)
        assert found["service_gateway_errors_total", "502"] == errors
        assert found["service_gateway_errors_total", "504"] == 0
    stats.write_text("")  # as it is when it was too long
    assert ("service_gateway_errors_total", "502") not in samples(client)


@pytest.mark.django_db
def test_log_counters_may_be_missing(client: Client, settings, tmp_path):
    settings.SYSLOG_STATS = str(tmp_path / "stats")
    assert not [key for key in samples(client) if key[0].startswith("service_log")]


@pytest.mark.django_db
def test_timeouts_of_the_database_are_counted_from_zero(client: Client):
    errors_total.clear()
    apps.get_app_config("chassis").ready()
    counted = {
        key: value
        for key, value in samples(client).items()
        if key[0] == "django_db_errors_total"
    }
    kinds = ("QueryCanceled", "LockNotAvailable")
    assert counted == {
        ("django_db_errors_total", "default", kind, "postgresql"): 0 for kind in kinds
    }


@pytest.mark.django_db
def test_workers_counters_are_read_from_their_files(
    client: Client, monkeypatch, tmp_path
):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    worker = (
        "import prometheus_client; "
        "prometheus_client.Counter('worked', 'Work done.').inc(3)"
    )
    subprocess.run([sys.executable, "-c", worker], check=True)
    found = samples(client)
    assert found["worked_total",] == 3
    assert found["service_dependency_up", "db"] == 1
    assert not [key for key in found if key[0].startswith("django_")], (
        "no worker has counted these yet"
    )

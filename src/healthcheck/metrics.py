"""What Prometheus reads: the workers' counters, and this server's state at the moment."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from healthcheck.views import DEPENDENCIES

type Statistics = dict[str, dict[str, Any]]


class StateCollector(Collector):
    """Dependencies, the disk and the queues of log lines, looked at when they are asked for."""

    def collect(self) -> Iterator[Metric]:
        yield dependencies()
        yield from disk()
        statistics = log_statistics()
        yield from log_queues(statistics)
        yield gateway_errors(statistics)


def dependencies() -> Metric:
    up = GaugeMetricFamily(
        "templatesite_dependency_up", "Whether what this server needs is well.", labels=["dependency"]
    )
    for name, check in DEPENDENCIES.items():
        up.add_metric([name], check())
    return up


def disk() -> Iterator[Metric]:
    """The file system that holds this server; in a container the host's, where volumes are, too."""
    usage = shutil.disk_usage("/")
    yield GaugeMetricFamily("templatesite_disk_size_bytes", "Size of the disk below this server.", value=usage.total)
    yield GaugeMetricFamily("templatesite_disk_free_bytes", "What is free of it.", value=usage.free)


def log_queues(statistics: Statistics) -> Iterator[Metric]:
    length = GaugeMetricFamily("templatesite_log_queue_lines", "Log lines that wait.", labels=["queue"])
    discarded = CounterMetricFamily(
        "templatesite_log_lines_discarded", "Log lines dropped, because the queue was full.", labels=["queue"]
    )
    for name, counters in statistics.items():
        if counters["origin"] != "core.queue":
            continue
        length.add_metric([name], counters["size"])
        discarded.add_metric([name], counters["discarded.full"] + counters["discarded.nf"])
    yield length
    yield discarded


def gateway_errors(statistics: Statistics) -> Metric:
    errors = CounterMetricFamily(
        "templatesite_gateway_errors", "Requests that nginx answered, because uWSGI did not.", labels=["status"]
    )
    if counted := statistics.get("gateway"):  # missing for a moment after the file was emptied
        for status in ("502", "504"):  # from 0: a counter that begins at 1 has not risen
            errors.add_metric([status], counted["values"].get(status, 0))
    return errors


def log_statistics() -> Statistics:
    """The syslog daemon's counters by name, as impstats writes them: the last line of each holds."""
    try:
        lines = Path(settings.SYSLOG_STATS).read_text().splitlines() if settings.SYSLOG_STATS else []
    except FileNotFoundError:  # the daemon writes it after some seconds
        lines = []
    return {counters["name"]: counters for counters in map(json.loads, lines)}


state = CollectorRegistry()
state.register(StateCollector())


def counted() -> CollectorRegistry:
    """What all workers counted; outside of uWSGI what this process did."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    return HttpResponse(generate_latest(counted()) + generate_latest(state), content_type=CONTENT_TYPE_LATEST)

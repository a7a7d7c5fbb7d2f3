"""What Prometheus reads: the workers' counters, and this server's present state."""

import os
import shutil
from collections.abc import Iterator
from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from chassis.health import container, log_lines, nginx, views, workers


class StateCollector(Collector):
    """What is measured when it is asked for: dependencies, disk, workers and others."""

    def collect(self) -> Iterator[Metric]:
        yield release()
        yield dependencies()
        yield from disk()
        yield from container.collect()
        yield from workers.collect()
        yield from nginx.collect()
        yield from log_lines.collect()
        if apps.is_installed("chassis.tasks"):  # pragma: no branch - the tests have it
            yield from import_module("chassis.tasks.metrics").collect()


def release() -> Metric:
    """`service_build_info`, named as other programs name theirs."""
    return InfoMetricFamily(
        "service_build",
        "Which release serves.",
        value={"version": settings.SERVICE_VERSION},
    )


def dependencies() -> Metric:
    up = GaugeMetricFamily(
        "service_dependency_up",
        "Whether what this server needs is well.",
        labels=["dependency"],
    )
    for name in views.DEPENDENCIES:
        up.add_metric([name], views.is_well(name))
    return up


def disk() -> Iterator[Metric]:
    """The file system that holds this server.

    In a container it is the host's, where volumes are, too.
    """
    usage = shutil.disk_usage("/")
    yield GaugeMetricFamily(
        "service_disk_size_bytes",
        "Size of the disk below this server.",
        value=usage.total,
    )
    yield GaugeMetricFamily(
        "service_disk_free_bytes", "What is free of it.", value=usage.free
    )


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
    return HttpResponse(
        generate_latest(counted()) + generate_latest(state),
        content_type=CONTENT_TYPE_LATEST,
    )

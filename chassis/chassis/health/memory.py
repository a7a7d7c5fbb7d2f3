"""The memory of the container that this runs in, which has an end."""

from collections.abc import Iterator
from pathlib import Path

from prometheus_client.core import GaugeMetricFamily, Metric

# Version 2 of control groups; a process outside of a container has no such files there.
CGROUP = Path("/sys/fs/cgroup")


def collect() -> Iterator[Metric]:
    """Bytes in use, without what the kernel gives back at need, and any limit."""
    try:
        used = int((CGROUP / "memory.current").read_text())
        statistics = dict(
            line.split() for line in (CGROUP / "memory.stat").read_text().splitlines()
        )
        limit = (CGROUP / "memory.max").read_text().strip()
    except FileNotFoundError:
        return
    given_back = int(statistics["inactive_file"])
    yield GaugeMetricFamily(
        "service_memory_bytes", "Memory of the container.", value=used - given_back
    )
    if limit != "max":
        yield GaugeMetricFamily(
            "service_memory_limit_bytes",
            "What the container may have.",
            value=int(limit),
        )

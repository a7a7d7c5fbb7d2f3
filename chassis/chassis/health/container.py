"""The memory and the processor's time of the container that this runs in."""

from collections.abc import Iterator
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

# Version 2 of control groups.
CGROUP = Path("/sys/fs/cgroup")


def collect() -> Iterator[Metric]:
    """Nothing outside of a container, where a process has no such file of memory."""
    if (CGROUP / "memory.current").exists():
        yield from memory()
        yield processor()


def memory() -> Iterator[Metric]:
    """Bytes in use, without what the kernel gives back at need, and any limit."""
    used = int((CGROUP / "memory.current").read_text())
    given_back = int(read_fields("memory.stat")["inactive_file"])
    yield GaugeMetricFamily(
        "service_memory_bytes", "Memory of the container.", value=used - given_back
    )
    limit = (CGROUP / "memory.max").read_text().strip()
    if limit != "max":
        yield GaugeMetricFamily(
            "service_memory_limit_bytes",
            "What the container may have.",
            value=int(limit),
        )


def processor() -> Metric:
    return CounterMetricFamily(
        "service_cpu_seconds",
        "Time that the container's processes ran.",
        value=int(read_fields("cpu.stat")["usage_usec"]) / 1e6,
    )


def read_fields(name: str) -> dict[str, str]:
    """A file of lines that are a name and a number."""
    return dict(line.split() for line in (CGROUP / name).read_text().splitlines())

"""How busy the workers are, and what waits for them; each thread of uWSGI's is one."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

# The kernel's list. uWSGI itself tells whether processes are busy, and not threads, and
# its listen_queue() is always 0 for a UNIX socket.
SOCKETS = Path("/proc/net/unix")
# The states of a connection there: no worker has accepted it yet, and one has.
WAITS, IS_SERVED = "02", "03"


def collect() -> Iterator[Metric]:
    """Nothing outside of uWSGI."""
    try:
        uwsgi: Any = importlib.import_module("uwsgi")
    except ImportError:
        return
    states = connections(uwsgi.opt["socket"].decode())
    yield GaugeMetricFamily(
        "service_workers",
        "Requests that can be served at once.",
        value=uwsgi.numproc * uwsgi.cores,
    )
    yield GaugeMetricFamily(
        "service_workers_busy",
        "Workers that serve a request, without this one.",
        value=max(states.count(IS_SERVED) - 1, 0),
    )
    yield CounterMetricFamily(
        "service_workers_busy_seconds",
        "Time in which workers served requests that have ended.",
        value=sum(worker["running_time"] for worker in uwsgi.workers()) / 1e6,
    )
    yield GaugeMetricFamily(
        "service_requests_waiting",
        "Requests that wait for a worker.",
        value=states.count(WAITS),
    )


def connections(path: str) -> list[str]:
    """The states of the connections to a UNIX socket, by its path as it was bound."""
    rows = [line.split() for line in SOCKETS.read_text().splitlines()]
    return [row[5] for row in rows if row[7:] == [path]]

"""What became of log lines, as the syslog daemon counts them."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

type Counters = dict[str, Any]


def collect() -> Iterator[Metric]:
    """Nothing before the daemon has written its counters, which takes some seconds."""
    counted = list(read())
    yield from queues(one for one in counted if one["origin"] == "core.queue")
    yield from sent(one for one in counted if one["origin"] == "omfwd")
    yield from of_nginx(one for one in counted if one["name"] == "nginx")


def read() -> Iterable[Counters]:
    """The daemon's counters, from impstats's JSON: the last line of a name holds."""
    try:
        lines = (
            Path(settings.SYSLOG_STATS).read_text().splitlines()
            if settings.SYSLOG_STATS
            else []
        )
    except FileNotFoundError:
        lines = []
    return {counters["name"]: counters for counters in map(json.loads, lines)}.values()


def queues(counted: Iterable[Counters]) -> Iterator[Metric]:
    length = GaugeMetricFamily(
        "service_log_queue_lines", "Log lines that wait.", labels=["queue"]
    )
    discarded = CounterMetricFamily(
        "service_log_lines_discarded",
        "Log lines dropped, because the queue was full.",
        labels=["queue"],
    )
    for queue in counted:
        length.add_metric([queue["name"]], queue["size"])
        discarded.add_metric(
            [queue["name"]], queue["discarded.full"] + queue["discarded.nf"]
        )
    yield length
    yield discarded


def sent(counted: Iterable[Counters]) -> Iterator[Metric]:
    for target in counted:
        yield CounterMetricFamily(
            "service_log_lines_sent",
            "Log lines that the log server took.",
            value=target["messages.sent"],
        )


def of_nginx(counted: Iterable[Counters]) -> Iterator[Metric]:
    for nginx in counted:
        yield CounterMetricFamily(
            "service_access_lines",
            "Requests that nginx wrote of: the others' lines are lost.",
            value=nginx["values"].get("lines", 0),
        )
        errors = CounterMetricFamily(
            "service_gateway_errors",
            "Requests that nginx answered, because uWSGI did not.",
            labels=["status"],
        )
        # From 0: a counter that begins at 1 has not risen, and no alert sees it.
        for status in ("502", "504"):
            errors.add_metric([status], nginx["values"].get(status, 0))
        yield errors

"""Metrics that are right with any number of workers."""

import importlib
import os
from bisect import bisect_left
from collections.abc import Callable
from struct import Struct
from threading import Lock
from typing import Any

from prometheus_client import Counter, Histogram, values

type Add = Callable[[float], None]

adding = Lock()
PAIR = Struct("dd")  # a value and its time, as prometheus_client's files have them


def quick(value_class: Any) -> Any:
    """A class of values whose `add` is `inc` without a look whether this was forked.

    In a process that was, the first `inc` or `get` looks, for all values.
    """

    class Value(value_class):  # type: ignore[misc]
        _value: float

        def add(self, amount: float) -> None:
            file = self._file
            place = file._positions[self._key]
            with adding:
                self._value = value = self._value + amount
                # At once: pack_into writes zeros first, which a scrape could read.
                file._m[place : place + PAIR.size] = PAIR.pack(value, 0.0)

    return Value


def add_of(value: Any) -> Add:
    return getattr(value, "add", value.inc)  # type: ignore[no-any-return]


def adder(series: Counter) -> Add:
    """What adds to a counter, for series to which every request adds.

    A counter's own `inc` takes ten calls, most of them to find out what stays as it is,
    https://github.com/prometheus/client_python/blob/master/prometheus_client/values.py
    """
    return add_of(series._value)


def observer(series: Histogram) -> Add:
    """What observes an amount, as above."""
    bounds = series._upper_bounds
    add, *counts = map(add_of, (series._sum, *series._buckets))

    def observe(amount: float) -> None:
        add(amount)
        counts[bisect_left(bounds, amount)](1)

    return observe


def process_name() -> str:
    """This process, by a name that no worker of uWSGI has."""
    return f"process{os.getpid()}"


def name_files() -> None:
    """Name the metrics' files by uWSGI's worker number, or else by the process's id.

    The files are opened at the first use after a fork. A recycled worker goes on with
    its predecessor's, so that no counter falls and no file is left behind. Must come
    before the first metric is made.
    Source: the uWSGI sections of the documentation of django-prometheus and of
    prometheus_client.
    """
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return
    try:
        # Only a process of uWSGI's has this module.
        identify = importlib.import_module("uwsgi").worker_id
    except ImportError:
        identify = process_name
    values.ValueClass = quick(values.MultiProcessValue(identify))  # type: ignore[no-untyped-call]

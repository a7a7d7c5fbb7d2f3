"""Metrics that are right with any number of workers."""

import importlib

from prometheus_client import values


def use_worker_ids() -> None:
    """Name the metrics' files by uWSGI's worker number instead of by process.

    The files are opened at the first use after a fork. A recycled worker goes on with
    its predecessor's, so that no counter falls and no file is left behind. Must come
    before the first metric is made.
    Source: the uWSGI section of django-prometheus's and prometheus_client's documentation.
    """
    try:
        uwsgi = importlib.import_module("uwsgi")  # there inside uWSGI alone
    except ImportError:
        return
    values.ValueClass = values.MultiProcessValue(uwsgi.worker_id)  # type: ignore[no-untyped-call]

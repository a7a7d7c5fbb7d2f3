"""Metrics that are right with any number of workers."""

import importlib
import os

from prometheus_client import values


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
    values.ValueClass = values.MultiProcessValue(  # type: ignore[no-untyped-call]
        identify
    )

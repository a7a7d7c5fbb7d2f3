"""Counts connections and statements, for Prometheus and for the request's access line.

The metrics are django-prometheus's, whose cursor looks up each series anew each time,
https://github.com/django-commons/django-prometheus/blob/master/django_prometheus/db/common.py
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from time import perf_counter
from typing import Any

from django_prometheus import db

from chassis.metrics import Add, adder, observer
from chassis.postgresql.work import work

VENDOR = "postgresql"


@contextmanager
def counted_connection(alias: str) -> Iterator[None]:
    """Around an attempt to connect."""
    db.connections_total.labels(alias, VENDOR).inc()
    try:
        yield
    except Exception:
        db.connection_errors_total.labels(alias, VENDOR).inc()
        raise


@cache
def series(alias: str) -> tuple[Add, Add]:
    """What counts the statements of a database, and takes their seconds."""
    return (
        adder(db.execute_total.labels(alias, VENDOR)),
        observer(db.query_duration_seconds.labels(alias, VENDOR)),
    )


def count_statement(
    alias: str,
    execute: Callable[..., Any],
    sql: Any,
    parameters: Any,
    many: bool,
    context: dict[str, Any],
) -> Any:
    """Execute a statement as a wrapper of Django's does, and count it."""
    count, observe = series(alias)
    count(len(parameters) if many else 1)
    if many:
        db.execute_many_total.labels(alias, VENDOR).inc(len(parameters))
    begun = perf_counter()
    try:
        return execute(sql, parameters, many, context)
    except Exception as error:
        # The driver's error, which Django has for a cause of its own.
        kind = type(error.__cause__ or error).__name__
        db.errors_total.labels(alias, VENDOR, kind).inc()
        raise
    finally:
        seconds = perf_counter() - begun
        observe(seconds)
        work.add(seconds)

"""Spans of requests, queries and outgoing calls, for a collector of OpenTelemetry's.

The extra `otel` brings the packages: nothing imports this module where
OTEL_EXPORTER_OTLP_ENDPOINT is not set. OpenTelemetry itself reads its other variables,
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

import os
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio, Sampler
from opentelemetry.trace import Span, set_tracer_provider
from requests import PreparedRequest

from chassis import trace

RATIO = 0.1  # of the traces that begin here, where OTEL_TRACES_SAMPLER is not set
LAST_SECONDS = 3.0  # that a stop waits for the collector

DRIVERS = {"psycopg2": "Psycopg2Instrumentor", "psycopg": "PsycopgInstrumentor"}


class IDs(RandomIdGenerator):
    """Lets a trace that begins here have the id that nginx gave it."""

    def generate_trace_id(self) -> int:
        followed = trace.current.get()
        return int(followed.trace_id, 16) if followed else super().generate_trace_id()


# What may hold a secret, or tells of a person.
PERSONAL = (
    "client.address",
    "network.peer.address",
    "url.query",
    "user_agent.original",
)


def without_person(span: Span, request: HttpRequest) -> None:
    """Empty these attributes; a span's cannot be taken off."""
    for name in PERSONAL:
        span.set_attribute(name, "")


def call_without_query(span: Span, request: PreparedRequest) -> None:
    span.set_attribute("url.full", (request.url or "").partition("?")[0])


def instrument() -> None:
    """Let what this process does from now on make spans, once `start` was called.

    It starts no thread: workers may be forked afterwards.
    """
    # The names of attributes that are stable.
    os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http,database")
    DjangoInstrumentor().instrument(
        excluded_urls="healthcheck,metrics", request_hook=without_person
    )
    RequestsInstrumentor().instrument(request_hook=call_without_query)
    driver = settings.PROJECT.driver
    library = import_module(f"opentelemetry.instrumentation.{driver}")
    # Its check looks for another distribution of psycopg2, too.
    getattr(library, DRIVERS[driver])().instrument(skip_dep_check=True)


def sampler() -> Sampler | None:
    """None lets OpenTelemetry read OTEL_TRACES_SAMPLER."""
    if "OTEL_TRACES_SAMPLER" in os.environ:
        return None
    return ParentBasedTraceIdRatio(RATIO)


def start() -> Callable[[], None]:
    """Begin to send spans from this process, which forks no more.

    A queue takes as many as OTEL_BSP_MAX_QUEUE_SIZE says, and drops the rest; a thread
    sends them, and no request waits for it.

    Returns:
        what the process calls at its end.
    """
    os.environ.setdefault("OTEL_SERVICE_NAME", settings.PROJECT.name)
    if settings.OTEL_EXPORTER_OTLP_HEADERS:  # which may be in a file
        os.environ["OTEL_EXPORTER_OTLP_HEADERS"] = settings.OTEL_EXPORTER_OTLP_HEADERS
    provider = TracerProvider(
        sampler=sampler(),
        resource=Resource.create({"service.version": settings.SERVICE_VERSION}),
        shutdown_on_exit=False,
        id_generator=IDs(),
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    set_tracer_provider(provider)
    return lambda: finish(provider)


def finish(provider: Any) -> None:
    """Send what is left, unless the collector takes too long."""
    last = threading.Thread(target=provider.shutdown, daemon=True)
    last.start()
    last.join(LAST_SECONDS)

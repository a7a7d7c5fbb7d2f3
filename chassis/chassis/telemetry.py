"""Spans of requests, queries and outgoing calls, for a collector of OpenTelemetry's.

The extra `otel` brings the packages: nothing imports this module where
OTEL_EXPORTER_OTLP_ENDPOINT is not set. OpenTelemetry itself reads its other variables,
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

import os
import threading
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import (
    Decision,
    ParentBasedTraceIdRatio,
    Sampler,
    SamplingResult,
)
from opentelemetry.trace import Status, get_current_span, set_tracer_provider

from chassis import trace
from chassis.health.middleware import PROBES

RATIO = 0.1  # of the traces that begin here, where OTEL_TRACES_SAMPLER is not set
LAST_SECONDS = 3.0  # that a stop waits for the collector
AWAY_SECONDS = 30.0  # without new traces after two batches that were not taken

# Answers probes with any Host; counts requests, bad ones, too. A span's middleware
# refuses a Host that it does not know, so it comes behind them.
FIRST = (
    "chassis.health.middleware.ProbeMiddleware",
    "chassis.middleware.PrometheusMiddleware",
)

DRIVERS = {"psycopg2": "Psycopg2Instrumentor", "psycopg": "PsycopgInstrumentor"}


class IDs(RandomIdGenerator):
    """Lets a trace that begins here have the id that nginx gave it."""

    def generate_trace_id(self) -> int:
        followed = trace.current.get()
        return int(followed.trace_id, 16) if followed else super().generate_trace_id()


# What may hold a secret, or tells of a person.
PERSONAL = {
    "client.address",
    "network.peer.address",
    "url.query",
    "user_agent.original",
}


class Exporter(OTLPSpanExporter):
    """Sends spans without what is of a person; knows whether the collector is away."""

    failures = 0  # since one succeeded; a collector may refuse a single batch
    away_until = 0.0  # of the monotonic clock

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = super().export([reduced(span) for span in spans])
        failed = result is not SpanExportResult.SUCCESS
        self.failures = self.failures + 1 if failed else 0
        self.away_until = time.monotonic() + AWAY_SECONDS if self.failures > 1 else 0.0
        return result


class PatientSampler(Sampler):
    """Begins no trace while the collector is away: requests would pay for none."""

    def __init__(self, sampler: Sampler, exporter: Exporter) -> None:
        self.sampler = sampler
        self.exporter = exporter

    def should_sample(
        self, parent_context: Context | None, *arguments: Any, **keywords: Any
    ) -> SamplingResult:
        parent = get_current_span(parent_context)
        if parent.is_recording() or time.monotonic() >= self.exporter.away_until:
            return self.sampler.should_sample(parent_context, *arguments, **keywords)
        state = parent.get_span_context().trace_state
        return SamplingResult(Decision.DROP, trace_state=state)

    def get_description(self) -> str:
        return f"Patient{{{self.sampler.get_description()}}}"


def reduced(span: ReadableSpan) -> ReadableSpan:
    """A span without these attributes, queries of addresses, and exceptions' words.

    An exception quotes what was sent: PostgreSQL's a row, and that of a call its URL.
    """
    attributes = {
        name: str(value).partition("?")[0] if name == "url.full" else value
        for name, value in (span.attributes or {}).items()
        if name not in PERSONAL
    }
    return ReadableSpan(
        span.name,
        span.context,
        span.parent,
        span.resource,
        attributes,
        [without_words(event) for event in span.events],
        span.links,
        span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def without_words(event: Event) -> Event:
    if event.name != "exception":
        return event
    kind = (event.attributes or {}).get("exception.type", "")
    return Event(event.name, {"exception.type": kind}, event.timestamp)


def without_probes(get_response: Callable[[HttpRequest], Any]) -> Any:
    """Middleware: a probe's queries have no span, as it has none itself."""

    def answer(request: HttpRequest) -> Any:
        if request.path_info not in PROBES:
            return get_response(request)
        with suppress_instrumentation():
            return get_response(request)

    return answer


def instrument() -> None:
    """Let what this process does from now on make spans, once `start` was called.

    It starts no thread: workers may be forked afterwards.
    """
    # The names of attributes that are stable: `reduced` knows no others.
    os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "http,database"
    places = [n for n, name in enumerate(settings.MIDDLEWARE, 1) if name in FIRST]
    DjangoInstrumentor().instrument(middleware_position=max(places, default=0))
    settings.MIDDLEWARE = ["chassis.telemetry.without_probes", *settings.MIDDLEWARE]
    RequestsInstrumentor().instrument()
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
    # A batch larger than the queue would be refused, and no span sent.
    if (queue := os.environ.get("OTEL_BSP_MAX_QUEUE_SIZE", "")).isdecimal():
        batch = str(min(int(queue), 512))
        os.environ.setdefault("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", batch)
    provider = TracerProvider(
        sampler=sampler(),
        resource=Resource.create({"service.version": settings.SERVICE_VERSION}),
        shutdown_on_exit=False,
        id_generator=IDs(),
    )
    exporter = Exporter()
    provider.sampler = PatientSampler(provider.sampler, exporter)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    set_tracer_provider(provider)
    return lambda: finish(provider)


def finish(provider: Any) -> None:
    """Send what is left, unless the collector takes too long."""
    last = threading.Thread(target=provider.shutdown, daemon=True)
    last.start()
    last.join(LAST_SECONDS)

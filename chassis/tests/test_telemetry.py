"""Spans as they leave the process; tests/server has those of workers."""

import os
import sys
import threading
from contextlib import suppress
from importlib import import_module
from types import SimpleNamespace

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.instrumentation.utils import is_instrumentation_enabled
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    SimpleSpanProcessor,
    SpanExportResult,
)
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    TraceState,
    set_span_in_context,
)

from chassis import preload, telemetry, trace
from chassis.trace import Trace

ID = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_trace_that_nginx_began_keeps_its_id():
    ids = telemetry.IDs()
    with trace.followed(Trace(ID, "00")):
        assert f"{ids.generate_trace_id():032x}" == ID
    assert f"{ids.generate_trace_id():032x}" != ID


@pytest.fixture
def sent(monkeypatch):
    """Makes a span, and returns it as it is sent."""
    spans = []
    monkeypatch.setattr(
        OTLPSpanExporter,
        "export",
        lambda _self, batch: spans.extend(batch) or SpanExportResult.SUCCESS,
    )
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(telemetry.Exporter()))

    def send(error=None, **attributes):
        with (
            suppress(Exception),
            provider.get_tracer("test").start_as_current_span("s") as span,
        ):
            span.set_attributes(attributes)
            span.add_event("own", {"number": 1})
            if error:
                raise error
        (one,) = spans
        return one

    return send


def test_span_has_nothing_of_a_person(sent):
    attributes = dict.fromkeys(telemetry.PERSONAL, "hidden")
    address = "https://other.example/a"
    attributes |= {"url.full": f"{address}?key=hidden", "http.route": "a/"}
    assert sent(**attributes).attributes == {"url.full": address, "http.route": "a/"}


def test_span_has_an_exceptions_kind_and_not_its_words(sent):
    span = sent(ValueError("Key (name)=(hidden) already exists."))
    assert span.status.status_code.name == "ERROR"
    assert [event.name for event in span.events] == ["own", "exception"]
    assert span.events[0].attributes == {"number": 1}
    assert span.events[1].attributes == {"exception.type": "ValueError"}
    assert "hidden" not in span.to_json()


def test_spans_that_a_full_queue_drops_write_no_line_each(caplog, monkeypatch):
    """Or a collector that is away costs more than one that takes every span."""
    back = threading.Event()
    monkeypatch.setattr(telemetry.Exporter, "export", lambda *_: back.wait(60))
    one = BatchSpanProcessor(
        telemetry.Exporter(), max_queue_size=2, max_export_batch_size=1
    )
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(one)
    for _ in range(10):
        provider.get_tracer("test").start_span("s").end()
    back.set()
    provider.shutdown()
    assert not caplog.records


@pytest.fixture
def exporter(monkeypatch):
    """Its collector takes what is not empty."""
    success, failure = SpanExportResult.SUCCESS, SpanExportResult.FAILURE
    monkeypatch.setattr(
        OTLPSpanExporter, "export", lambda _, spans: success if spans else failure
    )
    monkeypatch.setattr(telemetry, "reduced", lambda span: span)
    return telemetry.Exporter()


def test_no_trace_begins_while_the_collector_is_away(exporter):
    sampler = telemetry.PatientSampler(ALWAYS_ON, exporter)
    seen = []
    for spans in ([], [], ["span"], []):  # one batch alone may be refused
        exporter.export(spans)
        seen.append(sampler.should_sample(None, 1, "s").decision.is_sampled())
    assert seen == [True, False, True, True]
    assert "AlwaysOn" in sampler.get_description()


def test_trace_that_has_begun_is_kept_whole_and_its_state_is_passed_on(exporter):
    exporter.export([])
    exporter.export([])
    sampler = telemetry.PatientSampler(ALWAYS_ON, exporter)
    context = SpanContext(1, 1, is_remote=True, trace_state=TraceState([("a", "b")]))
    remote = set_span_in_context(NonRecordingSpan(context))
    result = sampler.should_sample(remote, 1, "s")
    assert not result.decision.is_sampled()
    assert result.trace_state == {"a": "b"}
    span = TracerProvider(shutdown_on_exit=False).get_tracer("test").start_span("s")
    assert sampler.should_sample(
        set_span_in_context(span), 1, "s"
    ).decision.is_sampled()


def test_sampler_is_the_environments_where_it_names_one(monkeypatch):
    monkeypatch.delenv("OTEL_TRACES_SAMPLER", raising=False)
    assert telemetry.sampler() is not None
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_on")
    assert telemetry.sampler() is None


@pytest.fixture
def instrumentors(settings, monkeypatch):
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", "http,database")
    settings.MIDDLEWARE = [*settings.MIDDLEWARE]
    driver = settings.PROJECT.driver
    library = import_module(f"opentelemetry.instrumentation.{driver}")
    instrumentors = [DjangoInstrumentor(), RequestsInstrumentor()]
    instrumentors.append(getattr(library, telemetry.DRIVERS[driver])())
    yield instrumentors
    for one in instrumentors:
        one.uninstrument()


def test_requests_queries_and_calls_are_instrumented(instrumentors, settings):
    telemetry.instrument()
    assert all(one.is_instrumented_by_opentelemetry for one in instrumentors)


@pytest.mark.parametrize("lacking", [0, 1])
def test_spans_come_behind_probes_and_counts(instrumentors, settings, lacking: int):
    first = telemetry.FIRST[: len(telemetry.FIRST) - lacking]
    lacks = telemetry.FIRST[len(first) :]
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name not in lacks]
    telemetry.instrument()
    last = max(settings.MIDDLEWARE.index(name) for name in first)
    assert "opentelemetry" in settings.MIDDLEWARE[last + 1]


@pytest.mark.parametrize(("key", "queue"), [("", ""), ("key=of-a-file", "100")])
def test_worker_sends_what_is_left_at_its_end(
    monkeypatch, settings, key: str, queue: str
):
    uwsgi = SimpleNamespace()
    monkeypatch.setitem(sys.modules, "uwsgi", uwsgi)
    providers = []
    monkeypatch.setattr(telemetry, "set_tracer_provider", providers.append)
    monkeypatch.setenv("OTEL_SERVICE_NAME", "mine")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "")
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", queue)
    monkeypatch.delenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", raising=False)
    settings.OTEL_EXPORTER_OTLP_ENDPOINT = "http://127.0.0.1:9"
    settings.OTEL_EXPORTER_OTLP_HEADERS = key
    monkeypatch.setattr(preload, "connect", lambda: None)
    monkeypatch.setattr(preload.signal, "signal", lambda *_: None)
    preload.begin_worker()
    assert os.environ["OTEL_EXPORTER_OTLP_HEADERS"] == key
    (provider,) = providers
    assert isinstance(provider, TracerProvider)
    assert provider.resource.attributes["service.name"] == "mine"
    ended = []
    monkeypatch.setattr(provider, "shutdown", lambda: ended.append(True))
    uwsgi.atexit()
    assert ended


def test_what_a_probe_asks_has_no_span(rf):
    answer = telemetry.without_probes(lambda _request: is_instrumentation_enabled())
    assert answer(rf.get("/note/"))
    assert not answer(rf.get("/healthcheck/"))
    assert not answer(rf.get("/healthcheck/ready/"))

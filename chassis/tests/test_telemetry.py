"""Spans as they leave the process; tests/server has those of workers."""

import os
import sys
from importlib import import_module
from types import SimpleNamespace

import pytest
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from requests import Request

from chassis import preload, telemetry, trace
from chassis.trace import Trace

ID = "4bf92f3577b34da6a3ce929d0e0e4736"


class Span:
    def __init__(self) -> None:
        self.attributes = {}
        self.set_attribute = self.attributes.__setitem__


def test_trace_that_nginx_began_keeps_its_id():
    ids = telemetry.IDs()
    with trace.followed(Trace(ID, "00")):
        assert f"{ids.generate_trace_id():032x}" == ID
    assert f"{ids.generate_trace_id():032x}" != ID


def test_span_has_nothing_of_a_person(rf):
    span = Span()
    telemetry.without_person(span, rf.get("/"))
    assert span.attributes["url.query"] == span.attributes["client.address"] == ""
    telemetry.call_without_query(
        span, Request("GET", "https://other.example/a?key=hidden").prepare()
    )
    assert span.attributes["url.full"] == "https://other.example/a"


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
    assert "opentelemetry" in settings.MIDDLEWARE[0]
    assert all(one.is_instrumented_by_opentelemetry for one in instrumentors)


@pytest.mark.parametrize("key", ["", "key=of-a-file"])
def test_worker_sends_what_is_left_at_its_end(monkeypatch, settings, key: str):
    uwsgi = SimpleNamespace()
    monkeypatch.setitem(sys.modules, "uwsgi", uwsgi)
    providers = []
    monkeypatch.setattr(telemetry, "set_tracer_provider", providers.append)
    monkeypatch.setenv("OTEL_SERVICE_NAME", "mine")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "")
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

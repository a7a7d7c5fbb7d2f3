"""Spans reach a collector and errors a tracker, and nobody waits for either."""

import json
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from support.collectors import Collector, Tracker
from support.processes import Server
from support.waiting import wait_until

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
# What a person sent, and what must reach no collector.
PERSONAL = {"User-Agent": "hidden", "Cookie": "sessionid=hidden", "Referer": "hidden"}
ALL = {"OTEL_TRACES_SAMPLER": "always_on"}
AT_THE_END = {"OTEL_BSP_SCHEDULE_DELAY": "600000"}  # milliseconds


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.receiver.end()


@pytest.fixture
def tracker() -> Iterator[Tracker]:
    tracker = Tracker()
    yield tracker
    tracker.receiver.end()


def get(server: Server, path: str, **headers: str) -> requests.Response:
    return requests.get(f"{server.url}{path}", headers=headers, timeout=30)


def test_one_trace_leads_from_the_request_over_another_service_to_its_queries(
    start_server, collector
):
    last = start_server(**collector.variables, TRUSTED_PROXIES="127.0.0.1")
    first = start_server(
        **collector.variables,
        RELAY_URL=f"{last.url}/item/",
        TRUSTED_PROXIES="127.0.0.1",
    )
    assert get(first, "/relay/?key=hidden", traceparent=PARENT, **PERSONAL).ok
    assert first.stop() == last.stop() == 0
    spans = {span.name: span for span in collector.spans}
    assert {span.trace_id.hex() for span in collector.spans} == {TRACE}
    (relay, call, listed) = (spans["GET relay/"], spans["GET"], spans["GET item/"])
    (query,) = [span for span in spans.values() if span.name.startswith("SELECT")]
    assert relay.parent_span_id.hex() == PARENT.split("-")[2]
    assert call.parent_span_id == relay.span_id
    assert listed.parent_span_id == call.span_id
    assert query.parent_span_id == listed.span_id
    assert "hidden" not in str(collector.spans)
    assert {one["service.name"] for one in collector.resources} == {"application"}


def test_trace_that_begins_here_has_the_answers_id(start_server, collector):
    server = start_server(**collector.variables, **ALL)
    answer = get(server, "/item/")
    assert server.stop() == 0
    (span,) = collector.named("GET item/")
    assert span.trace_id.hex() == answer.headers["traceparent"].split("-")[1]
    assert not span.parent_span_id


def test_only_some_traces_are_kept_where_nothing_else_is_said(start_server, collector):
    server = start_server(**collector.variables)
    for _ in range(200):
        get(server, "/item/")
    assert server.stop() == 0
    assert 0 < len(collector.named("GET item/")) < 60  # a tenth


def test_four_workers_lose_no_span_at_a_stop(start_server, collector):
    server = start_server(
        **collector.variables, **ALL, **AT_THE_END, UWSGI_PROCESSES="4"
    )
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: get(server, "/item/").status_code, range(400))
        )
    assert set(answers) == {200}
    assert server.stop() == 0
    assert len(collector.named("GET item/")) == 400


@pytest.mark.parametrize("is_stuck", [False, True])
def test_nobody_waits_for_a_collector_or_a_tracker(start_server, is_stuck, capfd):
    with socket.socket() as stuck:
        stuck.bind(("127.0.0.1", 0))
        if is_stuck:
            stuck.listen(1)  # accepts, and never reads
        port = stuck.getsockname()[1]
        server = start_server(
            **ALL,
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port}",
            OTEL_BSP_MAX_QUEUE_SIZE="512",
            SENTRY_DSN=f"http://public@127.0.0.1:{port}/1",
        )
        assert {get(server, "/fail/").status_code for _ in range(20)} == {500}
        assert {get(server, "/item/").status_code for _ in range(1000)} == {200}
        assert server.stop() == 0
    # A line for each attempt would drown the others.
    output = "".join(capfd.readouterr())
    assert len(re.findall(" opentelemetry", output)) < 10


def test_probes_are_answered_with_any_host_and_have_no_span(start_server, collector):
    server = start_server(**collector.variables, **ALL)
    for path in ("/healthcheck/", "/healthcheck/live/", "/healthcheck/ready/"):
        assert get(server, path, Host="other.example").status_code == 200
    metrics = f"http://127.0.0.1:{server.metrics_port}/metrics"
    assert requests.get(metrics, headers={"Host": "10.0.0.1"}, timeout=30).ok
    assert get(server, "/item/", Host="other.example").status_code == 400
    assert server.stop() == 0
    assert collector.spans == []


def test_call_that_fails_tells_nothing_of_its_address(start_server, collector, tracker):
    server = start_server(
        **collector.variables,
        **tracker.variables,
        **ALL,
        RELAY_URL="http://me:hidden@127.0.0.1:9/",
    )
    assert get(server, "/relay/").status_code == 500
    assert server.stop() == 0
    assert collector.named("GET")
    assert "hidden" not in str(collector.spans)
    (event,) = tracker.events
    causes = [cause["value"] for cause in event["exception"]["values"]]
    assert "Max retries exceeded with url: / (Caused by" in causes[-1]
    assert "hidden" not in str(causes)


def test_what_is_off_takes_no_memory(start_server):
    server = start_server()
    (uwsgi,) = server.programs("uwsgi")
    maps = Path(f"/proc/{uwsgi}/maps").read_text()
    assert "psycopg2" in maps
    assert not re.search("google/_upb|wrapt", maps)


def test_error_arrives_with_its_ids_and_without_what_is_of_a_person(
    start_server, tracker
):
    server = start_server(
        **tracker.variables, SERVICE_VERSION="7.8.9", TRUSTED_PROXIES="127.0.0.1"
    )
    answer = requests.get(
        f"{server.url}/fail/?key=hidden",
        data="hidden",
        headers={
            **PERSONAL,
            "traceparent": PARENT,
            "X-Request-ID": "the-failing-one",
            "X-Forwarded-For": "192.0.2.77",
        },
        timeout=30,
    )
    assert answer.status_code == 500
    wait_until(lambda: tracker.events)
    (event,) = tracker.events
    assert event["exception"]["values"][-1]["type"] == "RuntimeError"
    assert event["release"] == "application@7.8.9"
    assert event["tags"]["request_id"] == "the-failing-one"
    assert event["contexts"]["trace"]["trace_id"] == TRACE
    assert event["request"]["url"].endswith("/fail/")
    assert not re.search("hidden|192.0.2.77", json.dumps(event))


def test_four_workers_lose_no_error_at_a_stop(start_server, tracker):
    server = start_server(**tracker.variables, UWSGI_PROCESSES="4")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: get(server, "/fail/"), range(20)))
    assert server.stop() == 0
    assert len(tracker.events) == 20


def test_failed_task_arrives_with_the_ids_of_its_run(start_server, database, tracker):
    with database.locked("item_item"):
        start_server("worker", "countitems", **tracker.variables)
        wait_until(lambda: tracker.events)
    event = tracker.events[0]
    assert event["logentry"]["message"] == "The task %s failed."
    assert event["tags"]["request_id"] != "none"

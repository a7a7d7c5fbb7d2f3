import logging

import pytest
from requests import Request

from chassis import trace
from chassis.logging import TraceID
from chassis.outgoing import Session
from chassis.trace import Trace

ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{ID}-00f067aa0ba902b7-01"


def record() -> logging.LogRecord:
    return logging.LogRecord("name", logging.INFO, "path", 1, "message", None, None)


@pytest.mark.parametrize(
    "parent",
    [
        "",
        "no trace",
        PARENT.upper(),
        f"{PARENT}-more",
        f" {PARENT}",
        f"{PARENT}\n",
        f"ff{PARENT[2:]}",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{ID}-{'0' * 16}-01",
    ],
)
def test_what_is_no_trace_is_replaced(parent: str):
    found = trace.of_request({"HTTP_TRACEPARENT": parent})
    assert found.trace_id != ID
    assert trace.PARENT.fullmatch(found.parent())


def test_trace_of_a_proxy_goes_on_with_its_flags():
    assert trace.of_request({"HTTP_TRACEPARENT": PARENT}) == Trace(ID, "01")


def test_trace_that_nginx_began_goes_on():
    assert trace.of_request({"HTTP_TRACEPARENT": "", "TRACE_ID": ID}) == Trace(ID, "00")


def test_line_and_outgoing_call_have_the_trace():
    calls = []
    with trace.followed(Trace(ID, "01")):
        line = record()
        TraceID().filter(line)
        for _ in range(2):
            prepared = Session().prepare_request(
                Request("GET", "https://other.example/")
            )
            calls.append(prepared.headers["traceparent"])
    assert line.trace_id == ID
    assert all(call.startswith(f"00-{ID}-") and call.endswith("-01") for call in calls)
    assert calls[0] != calls[1], "two calls have the same id"


def test_line_outside_of_a_request_has_none():
    line = record()
    TraceID().filter(line)
    assert line.trace_id == "none"

import logging
import sys

import pytest
import sentry_sdk
from sentry_sdk.tracing_utils import should_propagate_trace

from chassis import trace, tracker
from chassis.trace import Trace

ID = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def sent(settings, monkeypatch):
    """The events that would be sent."""
    events = []
    settings.SENTRY_DSN = "http://public@127.0.0.1:9/1"
    monkeypatch.setattr(
        "sentry_sdk.transport.HttpTransport.capture_envelope",
        lambda _self, envelope: events.append(envelope.get_event()),
    )
    tracker.start()
    yield events
    sentry_sdk.init()


def test_error_has_id_and_release(client, sent, settings):
    client.raise_request_exception = False
    client.get("/fail/", headers={"X-Request-ID": "the-failing-one"})
    (event,) = sent
    assert event["release"] == f"{settings.PROJECT.name}@{settings.SERVICE_VERSION}"
    assert event["tags"]["request_id"] == "the-failing-one"


def test_event_has_nothing_of_a_person():
    request = {"method": "GET", "url": "https://a.example/fail/"}
    more = {"query_string": "key", "cookies": "c", "headers": {}, "env": {}, "data": ""}
    event = tracker.reduced({"user": {"id": 1}, "request": {**request, **more}}, {})
    assert event["request"] == request
    assert "user" not in event


def test_event_has_the_trace():
    with trace.followed(Trace(ID, "00")):
        event = tracker.reduced({}, {})
    assert event["contexts"]["trace"]["trace_id"] == ID
    assert event["tags"]["request_id"] == "none"


@pytest.mark.parametrize(
    ("module", "value", "expected"),
    [
        (
            "psycopg2.errors",
            'invalid input syntax for type integer: "secret"\nLINE 1',
            "invalid input syntax for type integer",
        ),
        ("django.db.utils", None, ""),
        ("builtins", "as it is: this", "as it is: this"),
        (
            "requests.exceptions",
            "404 Not Found for url: https://me:hidden@a.example/b?key=hidden (why)",
            "404 Not Found for url: https://a.example/b (why)",
        ),
    ],
)
def test_exception_has_no_values_and_no_secret_of_an_address(module, value, expected):
    values = [{"module": module, "value": value}]
    event = tracker.reduced({"exception": {"values": values}}, {})
    assert event["exception"]["values"][0]["value"] == expected


def test_line_has_no_arguments(sent):
    logging.getLogger("own").error("Is %s.", "hidden", extra={"who": "hidden"})
    (event,) = sent
    assert event["logentry"] == {"message": "Is %s."}
    assert "hidden" not in str(event)
    assert sys.argv[0] not in str(event)


def test_other_services_learn_nothing_of_the_tracker(sent):
    assert not should_propagate_trace(sentry_sdk.get_client(), "https://other.example/")

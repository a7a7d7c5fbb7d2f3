import pytest
import requests

from chassis.outgoing import Session
from chassis.request_id import current


@pytest.fixture
def request_id() -> str:
    token = current.set("to-pass-on")
    yield "to-pass-on"
    current.reset(token)


def prepared(**headers: str) -> requests.PreparedRequest:
    return Session().prepare_request(
        requests.Request("GET", "https://other.example/", headers)
    )


def test_request_id_is_passed_on(request_id):
    assert prepared().headers["X-REQUEST-ID"] == request_id


def test_callers_own_header_stays(request_id):
    assert prepared(**{"X-Request-Id": "mine"}).headers["X-REQUEST-ID"] == "mine"


def test_no_id_outside_of_a_request():
    assert "X-REQUEST-ID" not in prepared().headers

from http import HTTPStatus

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client


def test_callers_request_id_comes_back(client: Client):
    response = client.get("/tweet/no-id/", headers={"X-Request-ID": "abc.DEF_1-2"})
    assert response["X-REQUEST-ID"] == "abc.DEF_1-2"


@pytest.mark.parametrize("unfit", ["", "with space", "new\nline", "x" * 129, "ümlaut", "semi;colon"])
def test_unfit_request_id_is_replaced(client: Client, unfit: str):
    first, second = (client.get("/no/", headers={"X-Request-ID": unfit})["X-REQUEST-ID"] for _ in range(2))
    assert first
    assert first not in (unfit, second)


def test_redirect_to_the_slash_keeps_the_method(client: Client, settings):
    settings.DEBUG = False
    response = client.post("/tweet", {"text": "new"}, content_type="application/json")
    assert response.status_code == HTTPStatus.PERMANENT_REDIRECT
    assert response.headers["Location"] == "/tweet/"


@pytest.mark.parametrize("error", [OperationalError("the server\nclosed the connection"), InterfaceError("closed")])
def test_database_away_is_503(client: Client, monkeypatch, caplog, error):
    def away():
        raise error

    monkeypatch.setattr(connection, "cursor", away)
    response = client.get("/tweet/", headers={"Accept": "application/json"})
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert response.json() == {"detail": "The database is unavailable. Try again later."}
    assert "\n" not in caplog.messages[0]


@pytest.mark.django_db
@pytest.mark.parametrize("cookie", ["", r'"quoted\000NUL"', "unknown"])
def test_cookie_that_is_no_session_is_ignored(client: Client, cookie: str):
    response = client.get("/tweet/", headers={"Cookie": f"sessionid={cookie}"})
    assert response.status_code == HTTPStatus.OK


@pytest.mark.django_db
def test_method_that_a_client_thinks_of_makes_no_series(client: Client):
    client.generic("THOUGHTOF", "/tweet/")
    assert b'method="<invalid method>",view="tweet-list"' in client.get("/metrics").content
    assert b"THOUGHTOF" not in client.get("/metrics").content


@pytest.mark.django_db
def test_errors_of_a_view_are_counted_from_zero(client: Client):
    client.get("/schema/")
    for status in ("500", "503"):
        sample = (
            f'django_http_responses_total_by_status_view_method_total{{method="GET",status="{status}",view="schema"}}'
        )
        assert f"{sample} 0.0" in client.get("/metrics").content.decode()

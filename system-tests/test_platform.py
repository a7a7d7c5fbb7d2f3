from http import HTTPStatus

import pytest


def test_health_check_reports_the_database(client):
    response = client.get("/healthcheck/")
    assert response.status_code == HTTPStatus.OK
    assert response.json() == {"status": "ok", "db": {"status": "ok"}}


@pytest.mark.parametrize("path", ["/tweet/", "/healthcheck/", "/no/such/page/", "/static/no-such-file.css"])
def test_every_answer_has_the_callers_request_id(client, path):
    response = client.get(path, headers={"X-Request-ID": "system-test.1"})
    assert response.headers["X-REQUEST-ID"] == "system-test.1"


@pytest.mark.parametrize("unfit", [None, "", "with space", "x" * 129, "semi;colon"])
def test_a_request_without_fit_id_gets_a_new_one(client, unfit):
    first, second = (client.get("/tweet/", headers={"X-Request-ID": unfit}).headers["X-REQUEST-ID"] for _ in range(2))
    assert first
    assert first not in (unfit, second)


def test_no_server_version_is_told(client):
    assert client.get("/tweet/").headers["Server"] == "nginx"

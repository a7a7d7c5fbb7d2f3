from http import HTTPStatus

import pytest
from django.db import OperationalError, connection
from django.test import Client


@pytest.mark.django_db
def test_ready_when_the_database_answers(client: Client):
    response = client.get("/healthcheck/")
    assert response.status_code == HTTPStatus.OK
    assert response.json() == {"status": "ok", "db": {"status": "ok"}}


def test_not_ready_without_the_database(client: Client, monkeypatch):
    def unavailable():
        raise OperationalError("secret internals")

    monkeypatch.setattr(connection, "cursor", unavailable)
    response = client.get("/healthcheck/")
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert response.json() == {"status": "nok", "db": {"status": "nok"}}


def test_live_asks_nothing_of_the_database(client: Client):
    # Without the django_db mark, a query would fail the test.
    response = client.get("/healthcheck/live/")
    assert response.status_code == HTTPStatus.OK
    assert response.json() == {"status": "ok"}

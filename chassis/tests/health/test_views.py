from http import HTTPStatus

import pytest
from django.test import Client

from chassis.health import views


@pytest.mark.django_db
def test_ready_when_the_database_answers(client: Client):
    response = client.get("/healthcheck/")
    assert response.status_code == HTTPStatus.OK
    assert response.json() == {
        "status": "ok",
        "db": {"status": "ok"},
        "migrations": {"status": "ok"},
    }


def test_one_bad_dependency_is_named(client: Client, monkeypatch):
    monkeypatch.setattr(
        views, "DEPENDENCIES", {"db": lambda: True, "queue": lambda: False}
    )
    response = client.get("/healthcheck/")
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert response.json() == {
        "status": "nok",
        "db": {"status": "ok"},
        "queue": {"status": "nok"},
    }


def test_live_asks_nothing_of_the_database(client: Client):
    # Without the django_db mark, a query would fail the test.
    response = client.get("/healthcheck/live/")
    assert response.status_code == HTTPStatus.OK
    assert response.json() == {"status": "ok"}


def nothing():
    return None


def broken():
    raise RuntimeError("internals")


@pytest.mark.django_db
@pytest.mark.parametrize("check", [nothing, broken])
def test_dependency_of_the_services_own_that_is_not_well_is_reported(
    client: Client, monkeypatch, caplog, check
):
    monkeypatch.setitem(views.DEPENDENCIES, "queue", check)
    response = client.get("/healthcheck/")
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert response.json()["queue"] == {"status": "nok"}
    assert response.json()["db"] == {"status": "ok"}
    assert (
        b'service_dependency_up{dependency="queue"} 0.0'
        in client.get("/metrics").content
    )
    logged = [
        record.message for record in caplog.records if record.name == views.__name__
    ]
    assert logged == (
        ["The check of the dependency queue failed."] * 2 if check is broken else []
    )

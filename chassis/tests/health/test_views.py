from http import HTTPStatus

import pytest
from django.test import Client

from chassis.health import views
from chassis.health.once import Once


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


@pytest.fixture
def dependencies(monkeypatch):
    """Of a server that has just begun; they may be changed."""
    monkeypatch.setattr(views, "served", Once())
    monkeypatch.setattr(views, "DEPENDENCIES", {})
    return views.DEPENDENCIES


def test_server_that_was_well_once_stays_in_service(client: Client, dependencies):
    for well, status in [(False, 503), (True, 200), (False, 200)]:
        dependencies["db"] = lambda well=well: well
        assert client.get("/healthcheck/ready/").status_code == status
    assert client.get("/healthcheck/").status_code == 503


def test_service_asks_nothing_once_it_is_ready(client: Client, dependencies):
    dependencies["db"] = lambda: True
    client.get("/healthcheck/ready/")
    dependencies["db"] = broken
    response = client.get("/healthcheck/ready/")
    assert response.json() == {"status": "ok"}
    assert "no-store" in response.headers["Cache-Control"]


def test_server_that_is_not_ready_yet_tells_what_it_waits_for(
    client: Client, dependencies
):
    dependencies.update({"db": lambda: True, "migrations": lambda: False})
    assert client.get("/healthcheck/ready/").json() == {
        "status": "nok",
        "db": {"status": "ok"},
        "migrations": {"status": "nok"},
    }


def test_server_that_was_well_for_somebody_else_is_not_yet_in_service(
    client: Client, dependencies
):
    assert client.get("/healthcheck/").status_code == HTTPStatus.OK
    dependencies["db"] = lambda: False
    assert client.get("/healthcheck/ready/").status_code == 503


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

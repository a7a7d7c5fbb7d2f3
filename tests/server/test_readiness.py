"""Which servers a load balancer sends requests to: those that were well once."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from support.processes import Database, Server
from support.waiting import children, wait_until


def status(server: Server, path: str) -> int:
    return requests.get(f"{server.url}{path}", timeout=30).status_code


def is_ready(server: Server) -> bool:
    return status(server, "/healthcheck/ready/") == 200


@contextmanager
def away(database: Database) -> Iterator[None]:
    assert database.stop() == 0
    try:
        yield
    finally:
        database.start()


def test_server_that_has_served_stays_while_the_database_is_away(
    start_server, database
):
    server = start_server(UWSGI_PROCESSES="2", POSTGRES_WAIT_SECONDS="0")
    assert is_ready(server)
    with away(database):
        master = server.program("uwsgi")
        former = children(master)
        os.kill(former[0], signal.SIGKILL)
        wait_until(lambda: len(set(children(master)) - {former[0]}) == 2)
        # Whichever worker answers: one that has never asked the database, too.
        assert {status(server, "/healthcheck/ready/") for _ in range(40)} == {200}
        answer = requests.get(f"{server.url}/item/", timeout=30)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert status(server, "/healthcheck/") == 503
    assert status(server, "/item/") == 200


def test_new_worker_is_as_well_as_the_others_while_the_database_restarts(
    start_server, database
):
    """Its server knows that all migrations were there; it has never asked."""
    server = start_server(UWSGI_PROCESSES="1", POSTGRES_WAIT_SECONDS="20")
    assert status(server, "/healthcheck/") == 200
    with away(database):
        (worker,) = children(server.program("uwsgi"))
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: set(children(server.program("uwsgi"))) - {worker})
        assert status(server, "/healthcheck/") == 200


def test_server_that_starts_without_its_database_is_not_ready_until_it_is_there(
    start_server, database
):
    with away(database):
        server = start_server(POSTGRES_WAIT_SECONDS="1")
        assert {status(server, "/healthcheck/ready/") for _ in range(20)} == {503}
        assert status(server, "/healthcheck/live/") == 200
    wait_until(lambda: is_ready(server))


def test_what_an_earlier_life_of_the_run_directory_knew_is_forgotten(
    start_server, database
):
    server = start_server()
    assert is_ready(server)
    assert server.stop() == 0
    with away(database):
        server.start()
        assert not is_ready(server)


def test_server_with_a_wrong_password_is_never_ready(start_server):
    server = start_server(POSTGRES_SERVE_PASSWORD="wrong")
    assert {status(server, "/healthcheck/ready/") for _ in range(20)} == {503}
    assert status(server, "/healthcheck/live/") == 200


@pytest.fixture
def lacking(database: Database) -> Iterator[None]:
    """Make the database lack the migrations of an application."""
    database.run_sql("UPDATE django_migrations SET app = 'away' WHERE app = 'item'")
    yield
    database.run_sql("UPDATE django_migrations SET app = 'item' WHERE app = 'away'")


@pytest.mark.usefixtures("lacking")
def test_server_that_lacks_migrations_is_not_ready_until_they_are_there(
    start_server, database
):
    server = start_server()
    answer = requests.get(f"{server.url}/healthcheck/ready/", timeout=30)
    assert answer.status_code == 503
    assert answer.json()["migrations"] == {"status": "nok"}
    database.run_sql("UPDATE django_migrations SET app = 'item' WHERE app = 'away'")
    wait_until(lambda: is_ready(server))


def test_silent_database_holds_no_worker_for_each_request(start_server, database):
    """Such as one whose machine is gone: each attempt to connect takes its time."""
    patience = 10
    server = start_server(POSTGRES_CONNECT_TIMEOUT=str(patience))
    assert is_ready(server)
    with database.silenced():
        # The next worker has no connection that it would wait on.
        os.kill(children(server.program("uwsgi"))[0], signal.SIGKILL)
        answers = [requests.get(f"{server.url}/item/", timeout=60) for _ in range(9)]
        assert is_ready(server)
    assert {answer.status_code for answer in answers} <= {502, 503}
    waited = sorted(answer.elapsed.total_seconds() for answer in answers)
    assert waited[len(waited) // 2] < patience
    wait_until(lambda: status(server, "/item/") == 200)

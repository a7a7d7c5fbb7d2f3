import pytest
from django.db import InterfaceError, OperationalError, connection

from healthcheck.dependencies import database_answers


@pytest.mark.django_db
def test_database_answers():
    assert database_answers()


@pytest.mark.parametrize("error", [InterfaceError, OperationalError])
def test_database_does_not_answer(monkeypatch, error):
    def away():
        raise error

    monkeypatch.setattr(connection, "ensure_connection", away)
    assert not database_answers()

import sys
from importlib import import_module
from types import ModuleType

import pytest
from django.db import connection
from django.db.backends.postgresql import base, psycopg_any

from chassis import settings
from chassis.postgresql import driver

OTHERS = {"psycopg": "psycopg2", "psycopg2": "psycopg"}
TAKEN = settings.PROJECT.driver


@pytest.mark.django_db
def test_rows_come_by_the_driver_that_is_declared_though_both_are_there():
    connection.ensure_connection()
    assert type(connection.connection).__module__.split(".")[0] == TAKEN
    assert base.Database.__name__ == TAKEN
    assert psycopg_any.is_psycopg3 is (TAKEN == "psycopg")


def test_choice_can_be_made_again():
    driver.choose(TAKEN)


@pytest.mark.parametrize("imported", [True, False])
def test_what_was_hidden_is_there_afterwards(monkeypatch, imported: bool):
    module = ModuleType("of_a_test")
    if imported:
        monkeypatch.setitem(sys.modules, "of_a_test", module)
    with driver.hidden("of_a_test"), pytest.raises(ImportError):
        import_module("of_a_test")
    assert sys.modules.get("of_a_test") is (module if imported else None)
    assert ("of_a_test" in sys.modules) is imported


def test_driver_that_is_not_there_is_reported(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(
        SystemExit, match=r"^settings: the driver psycopg cannot be imported: "
    ):
        driver.choose("psycopg")


def test_choice_that_comes_too_late_is_reported(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", ModuleType("psycopg"))
    with pytest.raises(
        SystemExit,
        match=(
            rf"^settings: the driver is to be {OTHERS[TAKEN]}, "
            r"but Django has taken another one"
        ),
    ):
        driver.choose(OTHERS[TAKEN])

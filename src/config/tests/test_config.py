import re
import runpy
import sys
from http import HTTPStatus
from pathlib import Path

import pytest
from chassis.handler import WSGIHandler
from django.test import Client

from config import wsgi


def test_manage_runs_a_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["manage.py", "check"])
    runpy.run_path(str(Path(__file__).parents[2] / "manage.py"), run_name="__main__")
    assert "no issues" in capsys.readouterr().out


def test_manage_can_be_imported():
    runpy.run_path(str(Path(__file__).parents[2] / "manage.py"))


def test_server_gets_an_application():
    assert isinstance(wsgi.application, WSGIHandler)


@pytest.mark.django_db  # where THROTTLE_RATES may be counted
def test_schema_describes_the_api(client: Client):
    response = client.get("/schema/?format=json")
    assert response.status_code == HTTPStatus.OK
    assert {"/tweet/", "/tweet/{id}/"} <= set(response.json()["paths"])


@pytest.mark.django_db
def test_start_page_leads_on(client: Client):
    page = client.get("/").content.decode()
    links = re.findall(r'<a href="([^"]*)"', page)
    assert {"/docs/", "/schema/", "/tweet/", "/admin/"} <= set(links)
    for path in links:
        assert client.get(path, follow=True).status_code == HTTPStatus.OK

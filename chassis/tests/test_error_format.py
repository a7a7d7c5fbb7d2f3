import json
from http import HTTPStatus

import pytest
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from chassis.error_format import ErrorFormat


class Problem(ErrorFormat):
    """RFC 9457's."""

    media_type = "application/problem+json"
    schema = {
        "type": "object",
        "properties": {"status": {"type": "integer"}, "title": {"type": "string"}},
    }

    def body(self, status, wrong):
        return {"status": status, "title": status.phrase, "wrong": wrong}


class Listed(ErrorFormat):
    def body(self, status, wrong):
        return [wrong]


def test_format_may_be_a_list(client: Client, settings):
    settings.ERROR_FORMAT = f"{__name__}.Listed"
    assert client.get("/no/such/page/").json() == ["Not Found."]


@pytest.fixture
def _own_format(settings):
    settings.ERROR_FORMAT = f"{__name__}.Problem"


def problem(response, status: HTTPStatus, wrong) -> bool:
    return (
        response.status_code == status
        and response["Content-Type"] == "application/problem+json"
        and json.loads(response.content)
        == {"status": status, "title": status.phrase, "wrong": wrong}
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("_own_format")
def test_every_error_has_the_services_format(api: APIClient, client: Client, user_api: APIClient):
    assert problem(client.get("/no/such/page/"), HTTPStatus.NOT_FOUND, "Not Found.")
    assert problem(
        client.post("/healthcheck/"), HTTPStatus.METHOD_NOT_ALLOWED, 'Method "POST" not allowed.'
    )
    refused = user_api.post("/guarded/", {"text": ""})
    assert problem(refused, HTTPStatus.BAD_REQUEST, {"text": ["This field may not be blank."]})
    stranger = api.post("/guarded/", {"text": "new"})
    assert problem(
        stranger, HTTPStatus.UNAUTHORIZED, "Authentication credentials were not provided."
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("_own_format")
def test_browsable_page_stays_a_page(client: Client):
    response = client.get("/note/1/", headers={"Accept": "text/html"})
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.usefixtures("_own_format")
def test_document_has_the_services_format(client: Client):
    document = client.get("/schema/?format=json").json()
    assert document["components"]["schemas"]["Error"] == Problem.schema
    answer = document["paths"]["/note/"]["get"]["responses"]["400"]
    assert list(answer["content"]) == ["application/problem+json"]


@pytest.mark.usefixtures("_own_format")
def test_nginx_gets_the_services_format(tmp_path):
    call_command("writeerrors", tmp_path)
    problem = {"status": 502, "title": "Bad Gateway", "wrong": "Bad Gateway."}
    assert json.loads((tmp_path / "502.json").read_text()) == problem
    assert (tmp_path / "502.json").read_text().endswith("}\n")
    assert (
        tmp_path / "type.conf"
    ).read_text() == 'types {}\ndefault_type "application/problem+json";\n'
    assert {"400.json", "404.json", "429.json", "500.json", "503.json"} <= {
        file.name for file in tmp_path.iterdir()
    }
    assert not list(tmp_path.glob("[123]??.json"))

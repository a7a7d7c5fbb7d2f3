import re
from http import HTTPStatus

import pytest
from django.contrib.auth import get_user_model
from django.test import Client


def test_schema_describes_the_api(client: Client):
    response = client.get("/schema/?format=json")
    assert response.status_code == HTTPStatus.OK
    assert {"/note/", "/note/{id}/", "/annotated/{id}/shout/", "/plain/"} <= set(
        response.json()["paths"]
    )


def test_schema_says_who_may_and_what_goes_wrong(client: Client):
    paths = client.get("/schema/?format=json").json()["paths"]
    operations = paths["/guarded/"]
    assert {} in operations["get"]["security"]
    assert {} not in operations["post"]["security"]
    assert {} in paths["/note/"]["post"]["security"]
    assert {"200", "400", "401", "503"} <= set(operations["get"]["responses"])
    assert set(operations["post"]["responses"]) - set(
        operations["get"]["responses"]
    ) == {
        "201",
        "409",
        "413",
        "415",
        "422",
    }


def test_documentation_has_its_assets_here(client: Client):
    page = client.get("/docs/", headers={"Accept": "text/html"}).content.decode()
    assert "/static/drf_spectacular_sidecar/" in page
    assert "https://" not in page


def test_schema_has_conditions(client: Client):
    operations = client.get("/schema/?format=json").json()["paths"]
    one = operations["/note/{id}/"]
    for method in ("get", "put", "patch", "delete"):
        headers = {
            parameter["name"]
            for parameter in one[method]["parameters"]
            if parameter["in"] == "header"
        }
        assert headers == {"If-Match", "If-None-Match"}
        assert "412" in one[method]["responses"]
        assert ("304" in one[method]["responses"]) is (method == "get")
    assert "ETag" in one["get"]["responses"]["200"]["headers"]
    assert not {"304", "412"} & set(operations["/note/"]["get"]["responses"])


def test_schema_has_the_key_of_what_may_be_repeated(client: Client):
    operations = client.get("/schema/?format=json").json()["paths"]
    for path, status in (("/note/", "201"), ("/annotated/{id}/shout/", "200")):
        operation = operations[path]["post"]
        names = [parameter["name"] for parameter in operation["parameters"]]
        assert "Idempotency-Key" in names
        assert "Idempotent-Replayed" not in names
        assert {"409", "422"} <= set(operation["responses"])
        assert set(operation["responses"][status]["headers"]) == {"Idempotent-Replayed"}
    for operation in (operations["/statement/"]["post"], operations["/note/"]["get"]):
        assert "422" not in operation["responses"]


@pytest.mark.django_db
def test_start_page_leads_on(client: Client):
    page = client.get("/").content.decode()
    for path in re.findall(r'<a href="([^"]*)"', page):
        assert client.get(path, follow=True).status_code == HTTPStatus.OK
    assert {"/docs/", "/schema/", "/admin/"} <= set(
        re.findall(r'<a href="([^"]*)"', page)
    )


@pytest.mark.django_db
def test_login_without_a_next_page_leads_to_the_start_page(client: Client):
    get_user_model().objects.create_user("writer", password="p")
    response = client.post(
        "/api-auth/login/", {"username": "writer", "password": "p"}, follow=True
    )
    assert response.redirect_chain == [("/", HTTPStatus.FOUND)]
    assert response.status_code == HTTPStatus.OK


ORIGIN = "https://app.example"


@pytest.fixture
def _allowed_origin(settings):
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]


@pytest.mark.django_db
@pytest.mark.usefixtures("_allowed_origin")
def test_page_of_an_allowed_origin_may_use_the_api(client: Client):
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "PUT"}
    preflight = client.options(
        "/note/1/", headers={**asked, "Access-Control-Request-Headers": "if-match"}
    )
    assert preflight["Access-Control-Allow-Origin"] == ORIGIN
    assert "PUT" in preflight["Access-Control-Allow-Methods"]
    allowed = set(preflight["Access-Control-Allow-Headers"].split(", "))
    assert {
        "authorization",
        "content-type",
        "idempotency-key",
        "if-match",
        "if-none-match",
        "x-request-id",
        "traceparent",
        "tracestate",
    } <= allowed
    response = client.get("/note/", headers={"Origin": ORIGIN})
    exposed = set(response["Access-Control-Expose-Headers"].split(", "))
    assert exposed == {
        *("ETag", "Idempotent-Replayed", "Link", "Location", "Retry-After"),
        *("X-REQUEST-ID", "traceparent"),
    }
    assert "Access-Control-Allow-Credentials" not in response


@pytest.mark.django_db
@pytest.mark.usefixtures("_allowed_origin")
@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("/note/", "https://other.example"),
        ("/note/", "http://["),
        ("/admin/login/", ORIGIN),
    ],
)
def test_other_origins_and_pages_are_closed(client: Client, path: str, origin: str):
    assert "Access-Control-Allow-Origin" not in client.get(
        path, headers={"Origin": origin}
    )


@pytest.mark.django_db
def test_no_origin_is_allowed_by_itself(client: Client):
    assert "Access-Control-Allow-Origin" not in client.get(
        "/note/", headers={"Origin": ORIGIN}
    )


def test_admin_asks_who_is_there(client: Client):
    assert client.get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"

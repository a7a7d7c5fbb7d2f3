from http import HTTPStatus

from django.test import Client


def test_schema_describes_the_api(client: Client):
    response = client.get("/schema/?format=json")
    assert response.status_code == HTTPStatus.OK
    assert set(response.json()["paths"]) == {"/tweet/", "/tweet/{id}/"}


def test_schema_tells_who_may_and_what_goes_wrong(client: Client, settings):
    operations = client.get("/schema/?format=json").json()["paths"]["/tweet/"]
    assert {} in operations["get"]["security"]
    assert {} not in operations["post"]["security"]
    assert {"200", "400", "401", "503"} <= set(operations["get"]["responses"])
    assert set(operations["post"]["responses"]) - set(operations["get"]["responses"]) == {"201", "413", "415"}
    settings.API_ANONYMOUS_WRITES = True
    operations = client.get("/schema/?format=json").json()["paths"]["/tweet/"]
    assert {} in operations["post"]["security"]


def test_documentation_has_its_assets_here(client: Client):
    page = client.get("/docs/", headers={"Accept": "text/html"}).content.decode()
    assert "/static/drf_spectacular_sidecar/" in page
    assert "https://" not in page


def test_admin_asks_who_is_there(client: Client):
    assert client.get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"

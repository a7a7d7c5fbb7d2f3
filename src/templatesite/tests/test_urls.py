from http import HTTPStatus

from django.test import Client


def test_schema_describes_the_api(client: Client):
    response = client.get("/schema/?format=json")
    assert response.status_code == HTTPStatus.OK
    assert set(response.json()["paths"]) == {"/tweet/", "/tweet/{id}/"}


def test_documentation_has_its_assets_here(client: Client):
    page = client.get("/docs/", headers={"Accept": "text/html"}).content.decode()
    assert "/static/drf_spectacular_sidecar/" in page
    assert "https://" not in page


def test_admin_asks_who_is_there(client: Client):
    assert client.get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"

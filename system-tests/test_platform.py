import re
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

import pytest
from client import Client


def status_of(client: Client, path: str) -> int:
    """The answer to a path as it is; requests would tidy it up."""
    target = urlsplit(client.target)
    connection = HTTPSConnection if target.scheme == "https" else HTTPConnection
    with closing(connection(target.netloc, timeout=client.timeout)) as connected:
        connected.request("GET", path)
        return connected.getresponse().status


@pytest.mark.parametrize("path", ["/healthcheck/", "/healthcheck"])
def test_health_check_reports_the_database(client: Client, path: str):
    response = client.get(path, allow_redirects=False)
    assert response.status_code == HTTPStatus.OK
    body = response.json()
    assert body.pop("status") == "ok"
    assert "db" in body
    assert all(dependency == {"status": "ok"} for dependency in body.values())
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["live", "live/", "ready", "ready/"])
def test_server_is_alive_and_ready(client: Client, path: str):
    response = client.get(f"/healthcheck/{path}", allow_redirects=False)
    assert response.status_code == HTTPStatus.OK
    assert response.json() == {"status": "ok"}


@pytest.mark.parametrize(
    "path",
    ["/metrics", "/metrics/", "//metrics", "/%6detrics", "/static/%2e%2e/metrics"],
)
def test_metrics_are_not_public(client: Client, path: str):
    assert status_of(client, path) == HTTPStatus.NOT_FOUND


def test_metrics_are_in_the_text_format(metrics: Client):
    response = metrics.get("/metrics")
    assert response.status_code == HTTPStatus.OK
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    assert re.search(
        r"^django_http_requests_before_middlewares_total \d",
        response.text,
        re.MULTILINE,
    )


def test_metrics_count_requests(client: Client, metrics: Client):
    def listed() -> float:
        series = (
            r"^django_http_requests_total_by_view_transport_method_total"
            r'\{.*"GET".*"tweet-list"\} (\S+)$'
        )
        return sum(
            map(float, re.findall(series, metrics.get("/metrics").text, re.MULTILINE))
        )

    before = listed()
    client.get("/tweet/")
    assert listed() >= before + 1


@pytest.mark.parametrize(
    "path", ["/", "/tweet/", "/healthcheck/", "/admin/login/", "/metrics/"]
)
def test_metrics_port_has_nothing_else(metrics: Client, path: str):
    assert metrics.get(path).status_code == HTTPStatus.NOT_FOUND


def test_schema_lists_the_paths(client: Client):
    response = client.get("/schema/", headers={"Accept": "application/json"})
    assert response.status_code == HTTPStatus.OK
    document = response.json()
    assert document["openapi"].startswith("3.")
    assert {"get", "post"} <= set(document["paths"]["/tweet/"])
    assert {"get", "put", "patch", "delete"} <= set(document["paths"]["/tweet/{id}/"])


@pytest.mark.parametrize(
    "path", ["/", "/docs/", "/tweet/", "/admin/login/", "/api-auth/login/"]
)
def test_pages_have_their_assets_here(client: Client, path: str):
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == HTTPStatus.OK
    assets = re.findall(
        r'<(?:link|script|img)\b[^>]*\b(?:href|src)="([^"]*)"', response.text
    )
    assert assets
    types = {
        "css": "text/css",
        "js": "javascript",
        "png": "image/png",
        "/docs/?script=": "javascript",
    }
    for asset in assets:
        assert asset.startswith(("/static/", "/docs/?script="))
        file = client.get(asset)
        assert file.status_code == HTTPStatus.OK
        assert types[asset.rpartition(".")[2]] in file.headers["Content-Type"]


def test_static_files_come_packed_and_unpacked(client: Client):
    page = client.get("/admin/login/", headers={"Accept": "text/html"}).text
    path = re.search(r'href="(/static/admin/css/base[^"]*)"', page)[1]
    packed, plain = (
        client.get(path, headers={"Accept-Encoding": encoding})
        for encoding in ("gzip", "identity")
    )
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.text == plain.text
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_admin_asks_who_is_there(client: Client):
    page = client.get("/admin/", headers={"Accept": "text/html"})
    assert page.status_code == HTTPStatus.OK
    assert page.url.endswith("/admin/login/?next=/admin/")
    assert 'name="password"' in page.text


@pytest.mark.parametrize(
    "path", ["/static/staticfiles.json", "/static/staticfiles.json.gz"]
)
def test_names_of_static_files_are_not_listed(client: Client, path: str):
    assert client.get(path).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    "path",
    [
        "/static/../nginx.conf",
        "/static/%2e%2e/nginx.conf",
        "/static/..%2fnginx.conf",
        "/../../../../../etc/passwd",
    ],
)
def test_static_files_are_all_that_is_served_from_disk(client: Client, path: str):
    assert status_of(client, path) in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)

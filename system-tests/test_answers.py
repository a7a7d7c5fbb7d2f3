"""What every answer has, whoever makes it: Django, uWSGI, nginx or the file system."""

from http import HTTPStatus
from typing import Any, NamedTuple

import pytest
from client import Client
from requests import Response

HTML = {"Accept": "text/html"}


class Request(NamedTuple):
    method: str
    path: str
    status: HTTPStatus
    arguments: dict[str, Any] = {}
    headers_are_read: bool = True


REQUESTS = {
    "list": Request("GET", "/tweet/", HTTPStatus.OK),
    "browsable list": Request("GET", "/tweet/", HTTPStatus.OK, {"headers": HTML}),
    "redirect": Request("GET", "/tweet", HTTPStatus.MOVED_PERMANENTLY),
    "bad parameter": Request("GET", "/tweet/?limit=0", HTTPStatus.BAD_REQUEST),
    "unknown tweet": Request("GET", "/tweet/0/", HTTPStatus.NOT_FOUND),
    "unknown page": Request("GET", "/no/such/page/", HTTPStatus.NOT_FOUND),
    "unknown page in a browser": Request("GET", "/no/such/page/", HTTPStatus.NOT_FOUND, {"headers": HTML}),
    "health": Request("GET", "/healthcheck/", HTTPStatus.OK),
    "health by a wrong method": Request("DELETE", "/healthcheck/", HTTPStatus.METHOD_NOT_ALLOWED),
    "liveness": Request("GET", "/healthcheck/live/", HTTPStatus.OK),
    "metrics": Request("GET", "/metrics", HTTPStatus.NOT_FOUND),
    "schema": Request("GET", "/schema/", HTTPStatus.OK),
    "documentation": Request("GET", "/docs/", HTTPStatus.OK),
    "admin": Request("GET", "/admin/", HTTPStatus.FOUND),
    "login": Request("GET", "/admin/login/", HTTPStatus.OK),
    "static file": Request("GET", "/static/admin/css/base.css", HTTPStatus.OK),
    "unknown static file": Request("GET", "/static/no-such-file.css", HTTPStatus.NOT_FOUND),
    "static file by a wrong method": Request("POST", "/static/admin/css/base.css", HTTPStatus.METHOD_NOT_ALLOWED),
    "nginx's own file": Request("GET", "/errors/404.json", HTTPStatus.NOT_FOUND),
    "TRACE": Request("TRACE", "/tweet/", HTTPStatus.METHOD_NOT_ALLOWED),
    "large body": Request("POST", "/tweet/", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"data": b"x" * (2**20 + 1)}),
    "large header": Request(
        "GET", "/tweet/", HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, {"headers": {"X-Large": "x" * 40_000}}
    ),
    "long address": Request("GET", f"/{'x' * 40_000}", HTTPStatus.REQUEST_URI_TOO_LONG, headers_are_read=False),
    "NUL in the address": Request("GET", "/tweet/%00/", HTTPStatus.BAD_REQUEST, headers_are_read=False),
}


def send(client: Client, request: Request, **headers: str) -> Response:
    arguments = {**request.arguments, "headers": {**headers, **request.arguments.get("headers", {})}}
    response = client.request(request.method, request.path, allow_redirects=False, **arguments)
    assert response.status_code == request.status
    return response


every_kind = pytest.mark.parametrize("kind", REQUESTS.values(), ids=REQUESTS)


@every_kind
def test_every_answer_has_the_security_headers(client: Client, kind: Request):
    headers = send(client, kind).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert not set(headers.get("Server", "")) & set("0123456789/")


@every_kind
def test_every_answer_has_the_callers_request_id(client: Client, kind: Request):
    response = send(client, kind, **{"X-Request-ID": "System-test_1.0"})
    if kind.headers_are_read:
        assert response.headers["X-REQUEST-ID"] == "System-test_1.0"
    else:  # nginx gave up before
        assert response.headers["X-REQUEST-ID"]


@every_kind
def test_errors_are_json_unless_a_browser_asks(client: Client, kind: Request):
    response = send(client, kind)
    if kind.status < HTTPStatus.BAD_REQUEST:
        return
    if kind.arguments.get("headers") == HTML:
        assert response.headers["Content-Type"].startswith("text/html")
    else:
        assert response.headers["Content-Type"] == "application/json"
        assert isinstance(response.json(), dict)


@pytest.mark.parametrize("path", ["/tweet/", "/static/admin/css/base.css", "/static/no-such-file.css"])
@pytest.mark.parametrize(
    "unfit",
    [None, "", "with space", "tab\there", "semi;colon", 'quo"te', "new%0Aline", "é".encode(), "x" * 129],
    ids=ascii,
)
def test_a_request_without_fit_id_gets_a_new_one(client: Client, path: str, unfit: str | bytes | None):
    first, second = (client.get(path, headers={"X-Request-ID": unfit}).headers["X-REQUEST-ID"] for _ in range(2))
    assert first
    assert second not in (unfit, first)


def test_the_longest_fit_id_is_kept(client: Client):
    longest = "x" * 128
    assert client.get("/tweet/", headers={"X-Request-ID": longest}).headers["X-REQUEST-ID"] == longest

"""What every answer has, whoever makes it: Django, uWSGI, nginx or the file system."""

import re
from http import HTTPStatus
from typing import NamedTuple

import pytest
from client import Client
from requests import Response

HTML = {"Accept": "text/html"}


class Request(NamedTuple):
    method: str
    path: str  # STYLE_SHEET stands for that fixture
    status: HTTPStatus
    headers: dict[str, str] = {}
    body: bytes = b""
    headers_are_read: bool = (
        True  # nginx gives up before them where the first line is wrong
    )


REQUESTS = {
    "list": Request("GET", "/tweet/", HTTPStatus.OK),
    "start page": Request("GET", "/", HTTPStatus.OK, HTML),
    "browsable list": Request("GET", "/tweet/", HTTPStatus.OK, HTML),
    "bad parameter": Request("GET", "/tweet/?limit=0", HTTPStatus.BAD_REQUEST),
    "unknown tweet": Request("GET", "/tweet/0/", HTTPStatus.NOT_FOUND),
    "unknown page": Request("GET", "/no/such/page/", HTTPStatus.NOT_FOUND),
    "unknown page in a browser": Request(
        "GET", "/no/such/page/", HTTPStatus.NOT_FOUND, HTML
    ),
    "health": Request("GET", "/healthcheck/", HTTPStatus.OK),
    "health by a wrong method": Request(
        "DELETE", "/healthcheck/", HTTPStatus.METHOD_NOT_ALLOWED
    ),
    "liveness": Request("GET", "/healthcheck/live/", HTTPStatus.OK),
    "service": Request("GET", "/healthcheck/ready/", HTTPStatus.OK),
    "metrics": Request("GET", "/metrics", HTTPStatus.NOT_FOUND),
    "schema": Request("GET", "/schema/", HTTPStatus.OK),
    "documentation": Request("GET", "/docs/", HTTPStatus.OK),
    "redirect": Request("GET", "/admin/", HTTPStatus.FOUND),
    "login": Request("GET", "/admin/login/", HTTPStatus.OK),
    "static file": Request("GET", "STYLE_SHEET", HTTPStatus.OK),
    "unknown static file": Request(
        "GET", "/static/no-such-file.css", HTTPStatus.NOT_FOUND
    ),
    "static file by a wrong method": Request(
        "POST", "STYLE_SHEET", HTTPStatus.METHOD_NOT_ALLOWED
    ),
    "directory of static files": Request("GET", "/static/", HTTPStatus.NOT_FOUND),
    # nginx then closes the connection without saying so: the next request gets another.
    "unmet precondition": Request(
        "GET",
        "STYLE_SHEET",
        HTTPStatus.PRECONDITION_FAILED,
        {"If-Match": '"other"', "Connection": "close"},
    ),
    "impossible range": Request(
        "GET", "STYLE_SHEET", HTTPStatus.OK, {"Range": "bytes=99999999-"}
    ),
    "nginx's own file": Request("GET", "/errors/404.json", HTTPStatus.NOT_FOUND),
    "TRACE": Request("TRACE", "/tweet/", HTTPStatus.METHOD_NOT_ALLOWED),
    "large body": Request(
        "POST", "/tweet/", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, body=b"x" * (2**20 + 1)
    ),
    "large header": Request(
        "GET",
        "/tweet/",
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        {"X-Large": "x" * 40_000},
    ),
    "long address": Request(
        "GET",
        f"/{'x' * 40_000}",
        HTTPStatus.REQUEST_URI_TOO_LONG,
        headers_are_read=False,
    ),
    "NUL in the address": Request(
        "GET", "/tweet/%00/", HTTPStatus.BAD_REQUEST, headers_are_read=False
    ),
}


@pytest.fixture(scope="session")
def style_sheet(client: Client) -> str:
    """The path of a static file."""
    page = client.get("/admin/login/").text
    sheet: str = re.findall(r'href="([^"]*\.css)"', page)[0]
    return sheet


@pytest.fixture
def answer(client: Client, style_sheet: str, kind: Request) -> Response:
    path = style_sheet if kind.path == "STYLE_SHEET" else kind.path
    headers = {"X-Request-ID": "System-test_1.0", **kind.headers}
    response = client.request(
        kind.method, path, data=kind.body, headers=headers, allow_redirects=False
    )
    assert response.status_code == kind.status
    return response


every_kind = pytest.mark.parametrize("kind", REQUESTS.values(), ids=REQUESTS)


@every_kind
def test_every_answer_has_the_security_headers(answer: Response):
    headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert not set(headers.get("Server", "")) & set("0123456789/")


@every_kind
def test_every_answer_has_the_callers_request_id(answer: Response, kind: Request):
    if kind.headers_are_read:
        assert answer.headers["X-REQUEST-ID"] == "System-test_1.0"
    else:
        assert answer.headers["X-REQUEST-ID"]


@every_kind
def test_a_refused_method_comes_with_the_allowed_ones(answer: Response, kind: Request):
    assert ("Allow" in answer.headers) >= (kind.status == HTTPStatus.METHOD_NOT_ALLOWED)


@every_kind
def test_errors_are_json_unless_a_browser_asks(answer: Response, kind: Request):
    if kind.headers == HTML:
        assert answer.headers["Content-Type"].startswith("text/html")
    elif kind.status >= HTTPStatus.BAD_REQUEST:
        assert answer.headers["Content-Type"] == "application/json"
        assert isinstance(answer.json(), dict)


@every_kind
def test_every_page_has_a_content_security_policy(answer: Response):
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        policy = answer.headers["Content-Security-Policy"].split("; ")
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy


@pytest.mark.parametrize("path", ["/tweet/", "/tweet/0/", "/schema/", "/healthcheck/"])
def test_answers_of_the_api_are_kept_by_nobody_else(client: Client, path: str):
    assert "private" in client.get(path).headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/tweet/", "/static/no-such-file.css"])
@pytest.mark.parametrize(
    "unfit",
    [
        None,
        "",
        "with space",
        "tab\there",
        "semi;colon",
        'quo"te',
        "new%0Aline",
        "é".encode(),
        "x" * 129,
    ],
    ids=ascii,
)
def test_a_request_without_fit_id_gets_a_new_one(
    client: Client, path: str, unfit: str | bytes | None
):
    first, second = (
        client.get(path, headers={"X-Request-ID": unfit}).headers["X-REQUEST-ID"]
        for _ in range(2)
    )
    assert first
    assert second not in (unfit, first)


def test_the_longest_fit_id_is_kept(client: Client):
    longest = "x" * 128
    assert (
        client.get("/tweet/", headers={"X-Request-ID": longest}).headers["X-REQUEST-ID"]
        == longest
    )

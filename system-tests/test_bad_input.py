"""Bad input gets a 4xx that says what is wrong in JSON, and changes nothing."""

import bz2
import zlib
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from client import Client
from requests import Response

JSON = {"Content-Type": "application/json"}
# Forms have no types: bodies are JSON alone.
FORMS = [
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=b",
]
BODY_LIMIT = 2**20

# In each text that a bad body has, so that it would be found among others' tweets.
MARK = f"system test {uuid4()}"


def check_refusal(response: Response, status: HTTPStatus) -> None:
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/json"
    body = response.json()
    assert isinstance(body, dict)
    assert all(body.values())


def check_unchanged(client: Client, tweet: dict[str, Any]) -> None:
    assert client.get(tweet["href"]).json() == tweet
    for page in client.pages(f"/tweet/?limit=1000&after={tweet['id']}", "next"):
        assert not [other for other in page if MARK in other["text"]]


BODIES: dict[str, str | bytes] = {
    "empty": "",
    "not JSON": MARK,
    "truncated": f'{{"text": "{MARK}',
    "followed by more": f'{{"text": "{MARK}"}}{{}}',
    "not UTF-8": f'{{"text": "{MARK}'.encode() + b'\xff"}',
    "NaN": "NaN",
    "null": "null",
    "array": f'[{{"text": "{MARK}"}}]',
    "string": f'"{MARK}"',
    "long number": "9" * 10_000,
    "deep array": "[" * 100_000,
    "deep object": '{"text": ' * 100_000,
    "deep text": f'{{"text": {"[" * 5_000}"{MARK}"{"]" * 5_000}}}',
    "no text": "{}",
    "empty text": '{"text": ""}',
    "text is a number": '{"text": 5}',
    "text is true": '{"text": true}',
    "text is null": '{"text": null}',
    "text is an array": f'{{"text": ["{MARK}"]}}',
    "text is an object": f'{{"text": {{"text": "{MARK}"}}}}',
    "281 characters": f'{{"text": "{MARK:x<281}"}}',
    "281 emoji": f'{{"text": "{MARK:😀<281}"}}',
    "NUL": f'{{"text": "{MARK}\\u0000"}}',
    "lone surrogate": f'{{"text": "{MARK}\\ud800"}}',
    "reversed surrogates": f'{{"text": "{MARK}\\udc00\\ud800"}}',
    "as large as can be": f'{{"text": "{MARK}{"x" * (BODY_LIMIT - len(MARK) - 12)}"}}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_bad_json_is_refused(writer: Client, tweet: dict[str, Any], body: str | bytes):
    data = body.encode() if isinstance(body, str) else body
    check_refusal(
        writer.post("/tweet/", data=data, headers=JSON), HTTPStatus.BAD_REQUEST
    )
    check_refusal(
        writer.put(tweet["href"], data=data, headers=JSON), HTTPStatus.BAD_REQUEST
    )
    if body not in ("", "{}"):  # a change of nothing
        check_refusal(
            writer.patch(tweet["href"], data=data, headers=JSON), HTTPStatus.BAD_REQUEST
        )
    check_unchanged(writer, tweet)


@pytest.mark.parametrize(
    "media_type", [None, "text/plain", "text/xml", "no type at all", *FORMS]
)
def test_unknown_media_type_is_refused(
    writer: Client, tweet: dict[str, Any], media_type: str | None
):
    for method, path in (
        ("POST", "/tweet/"),
        ("PUT", tweet["href"]),
        ("PATCH", tweet["href"]),
    ):
        body = f'{{"text": "{MARK}"}}'.encode()
        response = writer.request(
            method, path, data=body, headers={"Content-Type": media_type}
        )
        check_refusal(response, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    check_unchanged(writer, tweet)


@pytest.mark.parametrize("chunked", [False, True])
def test_body_over_the_limit_is_refused(
    writer: Client, tweet: dict[str, Any], chunked: bool
):
    body = f'{{"text": "{MARK}"}}'.encode().ljust(BODY_LIMIT + 1)
    for method, path in (("POST", "/tweet/"), ("PUT", tweet["href"])):
        response = writer.request(
            method, path, data=iter([body]) if chunked else body, headers=JSON
        )
        check_refusal(response, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    check_unchanged(writer, tweet)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        *(
            (method, "/tweet/", "GET, POST, HEAD, OPTIONS")
            for method in ("PUT", "PATCH", "DELETE", "UNHEARD-OF")
        ),
        ("POST", "/tweet/1/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ],
)
def test_wrong_method_is_refused(writer: Client, method: str, path: str, allowed: str):
    response = writer.request(
        method, path, data=f'{{"text": "{MARK}"}}'.encode(), headers=JSON
    )
    check_refusal(response, HTTPStatus.METHOD_NOT_ALLOWED)
    assert response.headers["Allow"] == allowed


@pytest.mark.parametrize(
    "path", ["/healthcheck/", "/healthcheck/live/", "/healthcheck/ready/"]
)
def test_probe_takes_no_other_method_and_no_body(writer: Client, path: str):
    response = writer.request("POST", path)
    check_refusal(response, HTTPStatus.METHOD_NOT_ALLOWED)
    assert response.headers["Allow"] == "GET, HEAD"
    response = writer.request(
        "POST", path, data=f'{{"text": "{MARK}"}}'.encode(), headers=JSON
    )
    check_refusal(response, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


IDENTIFIERS = [
    "0",
    "-1",
    "+1",
    "1.5",
    "one",
    "%D9%A3",
    "%FF",
    str(2**63 - 1),
    str(2**63),
    "9" * 19,
    "9" * 20,
    "9" * 5000,
]


@pytest.mark.parametrize(
    "identifier", IDENTIFIERS, ids=lambda identifier: identifier[:20]
)
def test_unknown_id_is_not_found(client: Client, identifier: str):
    check_refusal(client.get(f"/tweet/{identifier}/"), HTTPStatus.NOT_FOUND)


@pytest.mark.parametrize(
    "identifier", IDENTIFIERS, ids=lambda identifier: identifier[:20]
)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_unknown_id_is_not_written(writer: Client, method: str, identifier: str):
    check_refusal(
        writer.request(method, f"/tweet/{identifier}/", json={"text": MARK}),
        HTTPStatus.NOT_FOUND,
    )


LARGE = b'"%s"' % (b"a" * 2**26)


@pytest.mark.parametrize(
    ("codec", "body"),
    [
        ("bz2", bz2.compress(LARGE)),
        ("zlib", zlib.compress(LARGE)),
        ("punycode", b"a" * 2**19 + b"-" + b"b" * 2**18),
    ],
    ids=["bz2", "zlib", "punycode"],
)
def test_codec_that_a_client_chooses_is_not_used(
    writer: Client, codec: str, body: bytes
):
    # It would make 64 MiB of these bytes, or take half a minute.
    for media_type in (
        f"application/json; charset={codec}",
        f"application/json; charset*=utf-8''{codec}",
    ):
        response = writer.post(
            "/tweet/", data=body, headers={"Content-Type": media_type}
        )
        check_refusal(response, HTTPStatus.BAD_REQUEST)
        assert (
            "UTF-8" in response.text or "utf-8" in response.text or codec == "punycode"
        )


@pytest.mark.parametrize(
    "parameter",
    [
        *(
            "x*=nosuch''%41",
            "x*=nosuch''y",
            "charset*=utf-8''zlib",
            "charset*=utf-8''a%00b",
            'x="',
        ),
        *("charset=zlib", "charset=undefined", "charset=rot13"),
    ],
)
@pytest.mark.parametrize(
    "path",
    ["/", "/tweet/", "/healthcheck/", "/healthcheck/live/", "/no/such/page/", "/docs/"],
)
def test_parameters_of_headers_change_nothing(
    client: Client, path: str, parameter: str
):
    expected = client.get(f"{path}?q=1").status_code
    for name in ("Accept", "Content-Type"):
        response = client.get(f"{path}?q=1", headers={name: f"*/*; {parameter}"})
        assert response.status_code == expected


@pytest.mark.parametrize(
    "media_type", ["a/b; charset=latin-1", "application/x-www-form-urlencoded"]
)
def test_too_many_parameters_are_refused(client: Client, media_type: str):
    response = client.get(
        f"/tweet/?{'p=&' * 1001}", headers={"Content-Type": media_type}
    )
    check_refusal(response, HTTPStatus.BAD_REQUEST)


def test_unknown_codec_in_a_form_is_refused(stranger: Client):
    part = (
        "--b\r\nContent-Disposition: form-data; name*=nosuch''%41\r\n\r\nx\r\n--b--\r\n"
    )
    # Django parses a form for its CSRF token if there is a cookie to compare it with.
    headers = {
        "Content-Type": "multipart/form-data; boundary=b",
        "Cookie": f"csrftoken={'a' * 32}",
    }
    response = stranger.post("/admin/logout/", data=part, headers=headers)
    # 403: where Django passes over such a part, the form lacks its CSRF token.
    assert response.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN)


def test_cookie_that_is_no_session_is_ignored(client: Client):
    response = client.get("/tweet/", headers={"Cookie": r'sessionid="quoted\000NUL"'})
    assert response.status_code == HTTPStatus.OK


def test_media_type_that_is_not_served_is_refused(client: Client):
    check_refusal(
        client.get("/tweet/", headers={"Accept": "text/xml"}), HTTPStatus.NOT_ACCEPTABLE
    )

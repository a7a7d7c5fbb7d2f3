"""Through the WSGI application: Django's test client makes a request of its own."""

import bz2
import codecs
import io
import json
from collections.abc import Callable
from http import HTTPStatus
from wsgiref.util import setup_testing_defaults

import pytest
from django.http.multipartparser import MultiPartParser
from django.urls import reverse
from rest_framework.parsers import JSONParser

from chassis import trace
from chassis.wsgi import application

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_kept_transaction")]

type Answer = tuple[int, bytes]
type Ask = Callable[..., Answer]

# Parameters that raise, or unpack, where they are taken for codecs.
PARAMETERS = [
    "x*=nosuch''%41",
    "x*=nosuch''y",
    "x*=a%00b''y",
    "x*0*=zlib''%41",
    'x="',
    *(
        f"charset={codec}"
        for codec in ("bz2", "zlib", "rot13", "punycode", "undefined", "a\0b", '"')
    ),
    *(f"charset*=utf-8''{codec}" for codec in ("zlib", "undefined", "a%00b")),
]


# Django parses a form for its CSRF token if there is a cookie to compare it with.
FORM = {
    "REQUEST_METHOD": "POST",
    "CONTENT_TYPE": "multipart/form-data; boundary=b",
    "HTTP_COOKIE": f"csrftoken={'a' * 32}",
}


@pytest.fixture
def ask() -> Ask:
    def ask(path: str, body: bytes = b"", query: str = "", **environ: str) -> Answer:
        environ = {
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(body)),
            **environ,
        }
        setup_testing_defaults(environ)
        environ["wsgi.input"] = io.BytesIO(body)
        statuses = []
        response = application(
            environ, lambda status, _headers: statuses.append(int(status.split()[0]))
        )
        content = b"".join(response)
        response.close()
        return statuses[0], content

    return ask


@pytest.mark.parametrize("parameter", PARAMETERS)
@pytest.mark.parametrize(
    "path", ["/note/", "/healthcheck/live/", "/no/such/page/", "/admin/login/"]
)
def test_no_parameter_of_a_header_is_an_error(ask: Ask, path: str, parameter: str):
    expected, _ = ask(path)
    assert ask(path, query="q=1", CONTENT_TYPE=f"a/b; {parameter}")[0] == expected
    assert (
        ask(path, HTTP_ACCEPT=f"text/html; {parameter}, */*; {parameter}; q=0.5")[0]
        == expected
    )
    assert ask(path, HTTP_CONTENT_TYPE=f"a/b; {parameter}")[0] == expected


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_json_is_utf_8_whatever_the_client_claims(ask: Ask, parameter: str):
    body = json.dumps({"text": "größer"}, ensure_ascii=False).encode()
    status, content = ask(
        "/note/",
        body,
        REQUEST_METHOD="POST",
        CONTENT_TYPE=f"application/json; {parameter}",
    )
    assert status == HTTPStatus.CREATED
    assert json.loads(content)["text"] == "größer"


def test_many_parameters_are_refused_with_a_charset_too(ask: Ask):
    many = "&".join(f"p{number}=" for number in range(1001))
    assert (
        ask("/note/", query=many, CONTENT_TYPE="a/b; charset=latin-1")[0]
        == HTTPStatus.BAD_REQUEST
    )


@pytest.mark.parametrize(
    "parameter", ["name*=nosuch''%41", "name*=undefined''%41", "name*=zlib''%41"]
)
def test_unknown_codec_in_a_part_is_a_bad_request(ask: Ask, parameter: str):
    body = (
        f"--b\r\nContent-Disposition: form-data; {parameter}\r\n\r\nx\r\n--b--\r\n"
    ).encode()
    status, _ = ask(reverse("admin:login"), body, **FORM)
    # 403: where Django passes over such a part, the form lacks its CSRF token.
    assert status in (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN)


@pytest.mark.parametrize(
    "error", [LookupError("unknown encoding"), UnicodeError("undefined encoding")]
)
def test_codec_that_fails_in_a_part_is_a_bad_request(
    ask: Ask, monkeypatch, error: Exception
):
    def fail(parser: MultiPartParser) -> None:
        raise error

    monkeypatch.setattr(MultiPartParser, "parse", fail)
    assert ask(reverse("admin:login"), b"--b--", **FORM)[0] == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize(
    "boundary",
    ["b", '"b"', "----WebKitFormBoundary7MA4YWxkTrZu0gW", '"b:/=?(x)\'+_,.-"'],
)
def test_boundary_of_a_form_is_kept(ask: Ask, boundary: str):
    separator = boundary.strip('"')
    body = (
        f'--{separator}\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
        f"x\r\n--{separator}--\r\n"
    ).encode()
    request = application.request_class(
        {
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": (
                f"Multipart/Form-Data; charset=zlib; Boundary={boundary} ; x=y"
            ),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }
    )
    assert request.POST.dict() == {"a": "x"}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({}, ""),
        (
            {
                "CONTENT_TYPE": "a/b; charset=zlib",
                "HTTP_CONTENT_TYPE": "a/b; charset=zlib",
            },
            "a/b",
        ),
        ({"CONTENT_TYPE": "a/B;x=y;BOUNDARY=b"}, 'a/b; boundary="b"'),
    ],
)
def test_headers_have_what_is_kept(sent: dict[str, str], kept: str):
    request = application.request_class(
        {"REQUEST_METHOD": "POST", "wsgi.input": io.BytesIO(), **sent}
    )
    assert request.headers["Content-Type"] == request.META["CONTENT_TYPE"] == kept


class Gone(io.BytesIO):
    """The body of a client that went away."""

    def read(self, *_size: int) -> bytes:
        raise OSError("connection reset")


def test_client_that_goes_away_in_its_body_has_an_answer():
    environ = {
        "PATH_INFO": "/no/such/page/",
        "REQUEST_METHOD": "POST",
        "CONTENT_LENGTH": "1000",
    }
    setup_testing_defaults(environ)
    response = application(
        {**environ, "wsgi.input": Gone(), "uwsgi.version": b"2"}, lambda *_: None
    )
    assert response.status_code == HTTPStatus.NOT_FOUND
    response.close()


@pytest.mark.parametrize("path", ["/no/such/page/", "/admin/login/", "/note/"])
def test_body_is_read_to_its_end(path: str):
    body = io.BytesIO(b"x" * 1000 + b"the next request")
    environ = {
        "PATH_INFO": path,
        "REQUEST_METHOD": "POST",
        "CONTENT_LENGTH": "1000",
        "CONTENT_TYPE": "text/plain",
    }
    setup_testing_defaults(environ)
    application(
        {**environ, "wsgi.input": body, "uwsgi.version": b"2"}, lambda *_: None
    ).close()
    assert body.read() == b"the next request"


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        ("", False),
        (" , ", False),
        ("text/html", True),
        ("text/html;level=1,application/json;q=0.9", True),
        ("text/html;q=0.1,application/json;q=0.9", False),
        ("application/json; Q=0.2 , text/html; q=0.8;x*=nosuch''y", True),
    ],
)
def test_preferences_are_kept(ask: Ask, accept: str, html: bool):
    assert ask("/no/such/page/", HTTP_ACCEPT=accept)[1].startswith(b"{") is not html


@pytest.mark.parametrize("codec", ["punycode", "bz2"])
def test_codec_that_a_client_names_is_not_used(ask: Ask, codec: str):
    """audit.toml states it: one unpacks a body, one takes time in its square."""
    body = codecs.encode('"a"', codec) if codec == "punycode" else bz2.compress(b'"a"')
    status, answer = ask(
        "/note/",
        body,
        REQUEST_METHOD="POST",
        CONTENT_TYPE=f"application/json; charset={codec}",
    )
    assert status == HTTPStatus.BAD_REQUEST
    assert b"JSON parse error" in answer


def test_codec_is_used_without_the_chassis():
    """Where this fails, the statement in audit.toml has nothing to tell any more."""
    body = io.BytesIO(codecs.encode('"a"', "punycode"))
    assert JSONParser().parse(body, None, {"encoding": "punycode"}) == "a"


def test_streamed_answer_has_its_trace_to_its_end(ask: Ask):
    begun = "4bf92f3577b34da6a3ce929d0e0e4736"
    assert ask("/stream/", TRACE_ID=begun) == (HTTPStatus.OK, begun.encode() * 2)
    assert trace.current.get() is None

"""How Django takes a request over from the WSGI server."""

import contextlib
import re
from typing import Any

from django.core.handlers import wsgi
from django.core.signals import request_finished
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase

from chassis import access_line, request_id, trace
from chassis.postgresql.work import work

type Environ = dict[str, Any]

BOUNDARY = re.compile(
    r""";\s*boundary\s*=\s*"?([0-9A-Za-z'()+_,./:=?-]{1,200})"?\s*(?=;|$)""",
    re.IGNORECASE,
)
QUALITY = re.compile(r";\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*(?=;|$)", re.IGNORECASE)


def reduced(value: str, parameter: re.Pattern[str], name: str) -> str:
    """A media type with at most the one parameter, such as `text/html; q=0.5`."""
    if ";" not in value:
        return value.strip().lower()
    media_type = value.partition(";")[0].strip().lower()
    found = parameter.search(value)
    return f'{media_type}; {name}="{found[1]}"' if found and media_type else media_type


def clean(environ: Environ) -> None:
    """Keep media type and boundary of Content-Type, and media types and `q` of Accept.

    Django and Django REST framework look up codecs that the other parameters name: some
    raise where no error handler is yet, and others unpack a small body to a large one.
    """
    environ["CONTENT_TYPE"] = reduced(
        environ.get("CONTENT_TYPE", ""), BOUNDARY, "boundary"
    )
    environ.pop("HTTP_CONTENT_TYPE", None)  # nginx sends it beside CONTENT_TYPE
    accepted = (
        reduced(element, QUALITY, "q")
        for element in environ.pop("HTTP_ACCEPT", "").split(",")
    )
    if accept := ",".join(filter(None, accepted)):
        environ["HTTP_ACCEPT"] = accept


class Request(wsgi.WSGIRequest):
    """A request whose headers name no codec: bodies and queries are UTF-8."""

    def __init__(self, environ: Environ) -> None:
        clean(environ)
        super().__init__(environ)

    def parse_file_upload(self, *arguments: Any) -> Any:
        """Parse a multipart body.

        Raises:
            MultiPartParserError: it is malformed, or a part's codec is unknown;
                Django answers it with 400.
        """
        try:
            return super().parse_file_upload(*arguments)
        except (LookupError, ValueError) as error:
            raise MultiPartParserError from error


def forget_request(**_signal: object) -> None:
    """At the end of a request; an answer that is streamed is made until then."""
    request_id.current.set(None)
    trace.current.set(None)


request_finished.connect(forget_request)


class WSGIHandler(wsgi.WSGIHandler):
    """Django's, with the request above."""

    request_class = Request

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and let log lines and outgoing calls have the request's trace."""
        work.begin()
        trace.current.set(trace.of_request(request.META))
        response = super().get_response(request)
        if "uwsgi.version" in request.META:
            response[access_line.HEADER] = access_line.describe(request)
            read_to_end(request)
        return response


def read_to_end(request: HttpRequest) -> None:
    """Read what nobody wanted of the body.

    Otherwise uWSGI would reset nginx's connection in mid-answer. uWSGI's own buffering
    would put off the end of a request that takes too long (uwsgi#2030).
    """
    with contextlib.suppress(UnreadablePostError):
        request.read()

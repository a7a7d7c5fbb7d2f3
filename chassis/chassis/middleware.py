"""Middleware that every request passes."""

import re
from collections.abc import Callable
from functools import lru_cache, partial
from http import HTTPStatus
from time import perf_counter
from typing import Any

from corsheaders import middleware as cors
from csp.constants import UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.contrib.messages import middleware as messages
from django.contrib.messages.storage import default_storage
from django.contrib.sessions import middleware as sessions
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.middleware import common
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.functional import SimpleLazyObject
from rest_framework.renderers import BrowsableAPIRenderer

from chassis import request_id
from chassis.access_line import is_made
from chassis.errors import of_database
from chassis.postgresql.outage import outage
from chassis.request_metrics import Metrics

type GetResponse = Callable[[HttpRequest], HttpResponse]

SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


class RequestIDMiddleware:
    """Lets log lines, calls and the answer have the request's id.

    It makes one where the client has none, or one that could break a log line. nginx
    does the same; this serves where there is no nginx.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = request.META.get("HTTP_X_REQUEST_ID", "")
        if not SANE_REQUEST_ID.fullmatch(found):
            request.META.pop("HTTP_X_REQUEST_ID", None)
            found = request_id.new()
        request_id.current.set(found)
        response = self.get_response(request)
        response.headers["X-REQUEST-ID"] = found
        return response


class SessionMiddleware(sessions.SessionMiddleware):
    """Django's, which forgets a cookie that is no key.

    Quoted, it can hold NUL, which PostgreSQL takes for an error.
    """

    def process_request(self, request: HttpRequest) -> None:
        if not request.COOKIES.get(settings.SESSION_COOKIE_NAME, "").isalnum():
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        super().process_request(request)


class MessageMiddleware(messages.MessageMiddleware):
    """Django's, which looks for messages only where somebody asks for them."""

    def process_request(self, request: HttpRequest) -> None:
        vars(request)["_messages"] = SimpleLazyObject(partial(default_storage, request))

    def process_response(
        self, request: HttpRequest, response: HttpResponse
    ) -> HttpResponse:
        if not is_made(vars(request).get("_messages")):
            return response
        return super().process_response(request, response)


class PermanentRedirect(HttpResponsePermanentRedirect):
    """308: the client sends the same request again; 301 would turn POST into GET."""

    status_code = HTTPStatus.PERMANENT_REDIRECT


class CommonMiddleware(common.CommonMiddleware):
    """Django's, whose redirect to the address with a slash keeps method and body.

    A query with NUL is answered with 400; PostgreSQL's library takes it for an error.
    """

    response_redirect_class = PermanentRedirect

    def process_request(
        self, request: HttpRequest
    ) -> HttpResponsePermanentRedirect | None:
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("The query has NUL.")
        return super().process_request(request)


@lru_cache(maxsize=256)
def varied(vary: str | None, names: tuple[str, ...]) -> str:
    """A header Vary with these names."""
    response = HttpResponse(headers={} if vary is None else {"Vary": vary})
    patch_vary_headers(response, names)
    return response["Vary"]


def vary_on(response: HttpResponseBase, *names: str) -> None:
    """Django's `patch_vary_headers`, which reads each header's text once."""
    before = response.headers.get("Vary")
    if before != (after := varied(before, names)):
        response.headers["Vary"] = after


class CorsMiddleware(cors.CorsMiddleware):
    """django-cors-headers's, which reads the headers of requests with an Origin."""

    def add_response_headers(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if "HTTP_ORIGIN" in request.META:
            return super().add_response_headers(request, response)
        if vars(request)["_cors_enabled"]:
            vary_on(response, "origin")
        return response


def is_browsable(response: HttpResponseBase) -> bool:
    """Whether it is a page of the browsable API."""
    renderer = getattr(response, "accepted_renderer", None)
    return isinstance(renderer, BrowsableAPIRenderer)


class ResponseHeadersMiddleware(CSPMiddleware):
    """What browsers and caches may do with an answer.

    Only the client may keep it, and asks each time whether it still holds. A view may
    say otherwise, but what has a cookie, or a user's name and a token for forms, stays
    the client's own; and no user gets what another one was answered.

    Pages have django-csp's policy. Those of Django REST framework may have style
    attributes, which its templates use.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        response.headers.setdefault("Cache-Control", "private, no-cache")
        if response.cookies or is_browsable(response):
            patch_cache_control(response, private=True)
        self.process_template_response(request, response)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        return super().process_response(request, response) if is_page else response

    def process_template_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Tell users apart, also where a view's `cache_page` keeps the answer next."""
        view = getattr(request.resolver_match, "func", None)
        action = getattr(view, "initkwargs", {}).get("authentication_classes")
        if action or getattr(
            getattr(view, "cls", None), "authentication_classes", None
        ):
            vary_on(response, "Cookie", "Authorization")
        return response

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if is_browsable(response) or (
            request.resolver_match
            and request.resolver_match.app_name == "rest_framework"
        ):
            parts.update = {"style-src-attr": [UNSAFE_INLINE]}
        return parts


class PrometheusMiddleware:
    """Counts all requests and answers, and the time to each."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.metrics = Metrics.get_instance()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        self.metrics.add_request(1)
        begun = perf_counter()
        response = self.get_response(request)
        self.metrics.add_response(1)
        self.metrics.time(request, response, perf_counter() - begun)
        return response


class ViewMiddleware:
    """Counts what views are asked and answer, by view.

    It answers a view's error with 503, 409 or 400 where the database is the reason.
    Before that, the view waits for a database that restarts. `handler500` does what
    middleware raises.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.metrics = Metrics.get_instance()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        self.metrics.count_request(request)
        with outage.waited_for():
            response = self.get_response(request)
        self.metrics.count_response(request, response)
        return response

    def process_view(self, request: HttpRequest, *_arguments: Any) -> None:
        self.metrics.count_view(request)

    def process_template_response(
        self, _request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        self.metrics.count_template(response)
        return response

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        self.metrics.count_exception(request, exception)
        return of_database(request, exception)

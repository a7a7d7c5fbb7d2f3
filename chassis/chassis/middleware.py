"""Middleware that every request passes."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from csp.constants import UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.middleware import common
from django.utils.cache import patch_cache_control, patch_vary_headers
from django_prometheus import middleware as prometheus
from django_prometheus.utils import TimeSince
from rest_framework.renderers import BrowsableAPIRenderer

from chassis.errors import of_database
from chassis.postgresql.outage import outage
from chassis.request_metrics import Metrics, Nothing, outcome, view_name

SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


class SaneRequestIDMiddleware:
    """Forgets a request id that could break a log line, so that a new one is made.

    nginx does the same; this serves where there is no nginx.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not SANE_REQUEST_ID.fullmatch(request.META.get("HTTP_X_REQUEST_ID", "")):
            request.META.pop("HTTP_X_REQUEST_ID", None)
        return self.get_response(request)


class SaneSessionMiddleware:
    """Forgets a session cookie that is no key.

    Quoted, it can hold NUL, which PostgreSQL takes for an error.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.COOKIES.get(settings.SESSION_COOKIE_NAME, "").isalnum():
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return self.get_response(request)


class SaneQueryMiddleware:
    """Answers a query with NUL with 400; PostgreSQL's library takes it for an error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("The query has NUL.")
        return self.get_response(request)


class PermanentRedirect(HttpResponsePermanentRedirect):
    """308: the client sends the same request again; 301 would turn POST into GET."""

    status_code = HTTPStatus.PERMANENT_REDIRECT


class CommonMiddleware(common.CommonMiddleware):
    """Django's, whose redirect to the address with a slash keeps method and body."""

    response_redirect_class = PermanentRedirect


def is_browsable(response: HttpResponseBase) -> bool:
    """Whether it is a page of the browsable API."""
    renderer = getattr(response, "accepted_renderer", None)
    return isinstance(renderer, BrowsableAPIRenderer)


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """django-csp's, for pages.

    Those of Django REST framework may have style attributes, which its templates use.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        is_page = response.get("Content-Type", "").startswith("text/html")
        return super().process_response(request, response) if is_page else response

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


class CacheControlMiddleware:
    """Lets only the client keep an answer, and ask each time whether it still holds.

    A view may say otherwise, but what has a cookie, or a user's name and a token for
    forms, stays the client's own; and no user gets what another one was answered.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "private, no-cache")
        if response.cookies or is_browsable(response):
            patch_cache_control(response, private=True)
        return self.process_template_response(request, response)

    def process_template_response(
        self, request: HttpRequest, response: HttpResponse
    ) -> HttpResponse:
        """Tell users apart, also where a view's `cache_page` keeps the answer next."""
        view = getattr(request.resolver_match, "func", None)
        action = getattr(view, "initkwargs", {}).get("authentication_classes")
        if action or getattr(
            getattr(view, "cls", None), "authentication_classes", None
        ):
            patch_vary_headers(response, ["Cookie", "Authorization"])
        return response


class PrometheusBeforeMiddleware(
    prometheus.PrometheusBeforeMiddleware  # type: ignore[misc]
):
    """django-prometheus's, with the time to each answer by view and outcome."""

    metrics_cls = Metrics

    def process_response(
        self, request: Any, response: HttpResponseBase
    ) -> HttpResponseBase:
        self.metrics.responses_total.inc()
        self.metrics.request_seconds.labels(
            view_name(request), outcome(request, response)
        ).observe(TimeSince(request.prometheus_before_middleware_event))
        return response


class PrometheusAfterMiddleware(
    prometheus.PrometheusAfterMiddleware  # type: ignore[misc]
):
    """django-prometheus's, with bounded series, whose counters of errors begin at 0."""

    metrics_cls = Metrics

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.series: dict[tuple[Any, ...], Any] = {}
        self.begun: set[tuple[str, str]] = set()

    def label_metric(
        self,
        metric: Any,
        request: HttpRequest,
        response: HttpResponse | None = None,
        **labels: str,
    ) -> Any:
        """The series of these labels, looked up the first time only."""
        if isinstance(metric, Nothing):  # whose labels have what a client thinks of
            return metric
        key = (metric, *labels.values())
        if key not in self.series:
            self.series[key] = super().label_metric(metric, request, response, **labels)
        return self.series[key]

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *arguments: Any
    ) -> None:
        """Make the series of a view's errors before the first error.

        A series that begins at 1 has not risen.
        """
        view_and_method = self._get_view_name(request), self._method(request)
        if view_and_method not in self.begun:
            self.begun.add(view_and_method)
            self.metrics.begin(view_and_method[0], "good", "failed")
            for status in ("500", "503"):
                labels = {
                    "status": status,
                    "view": view_and_method[0],
                    "method": view_and_method[1],
                }
                self.label_metric(
                    self.metrics.responses_by_status_view_method, request, **labels
                )
        super().process_view(request, view, *arguments)


class DatabaseErrorMiddleware:
    """Answers a view's error with 503, 409 or 400 where the database is the reason.

    Before that, the view waits for a database that restarts. `handler500` does what
    middleware raises.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with outage.waited_for():
            return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        return of_database(request, exception)

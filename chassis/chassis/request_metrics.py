"""What Prometheus learns of requests: django-prometheus's metrics, and outcomes."""

from functools import cache
from http import HTTPMethod, HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django_prometheus import middleware as prometheus
from prometheus_client import Histogram

from chassis.metrics import Add, adder, observer

METHODS = frozenset(HTTPMethod)
NO_VIEW = "<unnamed view>"  # as django-prometheus calls it

# They know no outcome: fast answers to strangers' nonsense would hide slow ones.
REPLACED = (
    "django_http_requests_latency_including_middlewares_seconds",
    "django_http_requests_latency_seconds_by_view_method",
)


def view_name(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else NO_VIEW


def outcome(request: HttpRequest, response: HttpResponseBase) -> str:
    """What an answer is to an objective: `good`, `failed`, or `other`, no matter."""
    status = response.status_code
    if request.method == "OPTIONS" or 400 <= status < 500:
        return "other"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "failed"
    return "good" if request.resolver_match else "other"


def method_of(request: HttpRequest) -> str:
    """One of the methods that there are, so that a client cannot make series."""
    method = str(request.method)
    return method if method in METHODS else "<invalid method>"


def transport_of(request: HttpRequest) -> str:
    return "https" if request.is_secure() else "http"


class Metrics(prometheus.Metrics):  # type: ignore[misc]
    """django-prometheus's, with one histogram in place of two.

    Series are looked up once, and not at each request as django-prometheus's middleware
    does, https://github.com/django-commons/django-prometheus.
    """

    def register(self) -> None:
        super().register()
        self.request_seconds = Histogram(
            "service_request_seconds",
            "Time to an answer, with all middleware, by view and outcome.",
            ["view", "outcome"],
            buckets=settings.PROMETHEUS_LATENCY_BUCKETS,
        )
        self.begin(NO_VIEW, "failed")
        # Labels have a bounded number of values, so these stay small.
        self.of_request = cache(self.find_of_request)
        self.of_view = cache(self.find_of_view)
        self.of_template = cache(
            lambda name: adder(self.responses_by_templatename.labels(name))
        )
        self.of_response = cache(self.find_of_response)
        self.of_outcome = cache(
            lambda *labels: observer(self.request_seconds.labels(*labels))
        )
        self.add_request = adder(self.requests_total)
        self.add_response = adder(self.responses_total)
        self.observe_request = observer(self.requests_body_bytes)
        self.observe_response = observer(self.responses_body_bytes)

    def register_metric(
        self, metric: Any, name: str, *arguments: Any, **keywords: Any
    ) -> Any:
        if name in REPLACED:
            return None
        return super().register_metric(metric, name, *arguments, **keywords)

    def begin(self, view: str, *outcomes: str) -> None:
        """Make series before the first request: one that begins at 1 has not risen."""
        for one in outcomes:
            self.request_seconds.labels(view, one)

    def find_of_request(self, method: str, transport: str) -> tuple[Add, ...]:
        return (
            adder(self.requests_by_method.labels(method)),
            adder(self.requests_by_transport.labels(transport)),
        )

    def find_of_view(self, view: str, transport: str, method: str) -> Add:
        """The series of a view's requests; those of its errors begin with it, at 0."""
        self.begin(view, "good", "failed")
        for status in ("500", "503"):
            self.responses_by_status_view_method.labels(status, view, method)
        return adder(
            self.requests_by_view_transport_method.labels(view, transport, method)
        )

    def find_of_response(
        self, status: int, view: str, method: str, charset: str
    ) -> tuple[Add, ...]:
        return (
            adder(self.responses_by_status.labels(status)),
            adder(self.responses_by_status_view_method.labels(status, view, method)),
            adder(self.responses_by_charset.labels(charset)),
        )

    def count_request(self, request: HttpRequest) -> None:
        labels = method_of(request), transport_of(request)
        vars(request)["_counted"] = labels
        for add in self.of_request(*labels):
            add(1)
        if request.META.get("HTTP_X_REQUESTED_WITH") == "XMLHttpRequest":
            self.requests_ajax.inc()
        self.observe_request(int(request.META.get("CONTENT_LENGTH") or 0))

    def count_view(self, request: HttpRequest) -> None:
        method, transport = vars(request)["_counted"]
        self.of_view(view_name(request), transport, method)(1)

    def count_template(self, response: HttpResponseBase) -> None:
        """Count an answer that has a template, by name; JSON has none, called None."""
        if hasattr(response, "template_name"):
            self.of_template(str(response.template_name))(1)

    def count_response(self, request: HttpRequest, response: HttpResponseBase) -> None:
        method, _ = vars(request)["_counted"]
        charset = str(response.charset)
        for add in self.of_response(
            response.status_code, view_name(request), method, charset
        ):
            add(1)
        if isinstance(response, HttpResponse):
            self.observe_response(len(response.content))
        else:
            self.responses_streaming.inc()

    def count_exception(self, request: HttpRequest, exception: Exception) -> None:
        self.exceptions_by_type.labels(type(exception).__name__).inc()
        self.exceptions_by_view.labels(view_name(request)).inc()

    def time(
        self, request: HttpRequest, response: HttpResponseBase, seconds: float
    ) -> None:
        """Observe the seconds to an answer."""
        self.of_outcome(view_name(request), outcome(request, response))(seconds)

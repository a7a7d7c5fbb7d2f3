"""What Prometheus learns of requests: django-prometheus's metrics, and outcomes."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_prometheus import middleware as prometheus
from prometheus_client import Histogram

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


class Nothing:
    """In place of a histogram that another one replaces."""

    def observe(self, _amount: float) -> None:
        pass


class Metrics(prometheus.Metrics):  # type: ignore[misc]
    """django-prometheus's, with one histogram in place of two."""

    def register(self) -> None:
        super().register()
        self.request_seconds = Histogram(
            "service_request_seconds",
            "Time to an answer, with all middleware, by view and outcome.",
            ["view", "outcome"],
            buckets=settings.PROMETHEUS_LATENCY_BUCKETS,
        )
        self.begin(NO_VIEW, "failed")

    def register_metric(
        self, metric: Any, name: str, *arguments: Any, **keywords: Any
    ) -> Any:
        if name in REPLACED:
            return Nothing()
        return super().register_metric(metric, name, *arguments, **keywords)

    def begin(self, view: str, *outcomes: str) -> None:
        """Make series before the first request: one that begins at 1 has not risen."""
        for one in outcomes:
            self.request_seconds.labels(view, one)

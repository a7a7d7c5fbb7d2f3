"""Answers probes before anything that a probe could fail on."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from chassis.errors import answer
from chassis.health.metrics import metrics
from chassis.health.views import health, liveness, readiness

PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthcheck": health,
    "/healthcheck/": health,
    "/healthcheck/live": liveness,
    "/healthcheck/live/": liveness,
    "/healthcheck/ready": readiness,
    "/healthcheck/ready/": readiness,
    "/metrics": metrics,
}


class ProbeMiddleware:
    """Health and metrics for any probe: with any Host, without HTTPS, uncounted.

    nginx serves /metrics on a port of its own and answers 404 to it on the public one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        if probe is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            sentence = f'Method "{request.method}" not allowed.'
            return answer(
                HTTPStatus.METHOD_NOT_ALLOWED, sentence, {"Allow": "GET, HEAD"}
            )
        return probe(request)

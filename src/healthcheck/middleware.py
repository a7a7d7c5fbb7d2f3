"""Answers probes before anything that a probe could fail on."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse

from healthcheck.metrics import metrics
from healthcheck.views import liveness, readiness

PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthcheck": readiness,
    "/healthcheck/": readiness,
    "/healthcheck/live": liveness,
    "/healthcheck/live/": liveness,
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
            body = {"detail": f'Method "{request.method}" not allowed.'}
            return JsonResponse(body, status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
        return probe(request)

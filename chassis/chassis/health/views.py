"""Whether this server can do its work, for load balancers and supervisors."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from chassis.health import dependencies
from chassis.health.once import Once

logger = logging.getLogger(__name__)

# The entries of the answer of `health`. A service adds its own, which answer within a
# second, as probes ask often; what is false, or raises, is not well.
DEPENDENCIES: dict[str, Callable[[], object]] = {
    "db": dependencies.database_answers,
    "migrations": dependencies.migrations_are_applied,
}

served = Once()


def word(good: bool) -> str:
    return "ok" if good else "nok"


def is_well(name: str) -> bool:
    """Whether a dependency is; what its check raises is logged."""
    try:
        return bool(DEPENDENCIES[name]())
    except Exception:
        logger.exception("The check of the dependency %s failed.", name)
        return False


@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """200 when every dependency is well, else 503; which one is not, and no more."""
    results = {name: is_well(name) for name in DEPENDENCIES}
    ready = all(results.values())
    body = {
        "status": word(ready),
        **{name: {"status": word(good)} for name, good in results.items()},
    }
    response = JsonResponse(
        body, status=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    )
    # Probes ask every few seconds, and nginx's line has each 503. Django's log_response
    # leaves out what has this attribute; there is no public way to say so.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


@never_cache
def readiness(request: HttpRequest) -> JsonResponse:
    """What `health` says until it says 200, and from then on 200.

    For what takes servers out of service, as Kubernetes does: while the database is
    away, all of them would go, and nobody would be there to answer 503.
    """
    if served.has_happened():
        return liveness(request)
    response = health(request)
    if response.status_code == HTTPStatus.OK:
        served.note()
    return response


@never_cache
def liveness(request: HttpRequest) -> JsonResponse:
    """200 while this process serves, whatever the database does."""
    return JsonResponse({"status": "ok"})

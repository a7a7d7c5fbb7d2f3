"""Whether this server can do its work, for load balancers and supervisors."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from chassis.health import dependencies

# The entries of the readiness answer; add a dependency here.
DEPENDENCIES: dict[str, Callable[[], bool]] = {
    "db": dependencies.database_answers,
    "migrations": dependencies.migrations_are_applied,
}


def word(good: bool) -> str:
    return "ok" if good else "nok"


@never_cache
def readiness(request: HttpRequest) -> JsonResponse:
    """200 when every dependency is well, else 503; which one is not, and no more."""
    results = {name: check() for name, check in DEPENDENCIES.items()}
    ready = all(results.values())
    body = {"status": word(ready), **{name: {"status": word(good)} for name, good in results.items()}}
    return JsonResponse(body, status=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE)


@never_cache
def liveness(request: HttpRequest) -> JsonResponse:
    """200 while this process serves, whatever the database does."""
    return JsonResponse({"status": "ok"})

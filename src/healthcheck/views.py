"""Whether this server can do its work, for load balancers and supervisors."""

from http import HTTPStatus

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


def database_answers() -> bool:
    """Whether the database answers a query within the connection's time limits."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


@never_cache
@require_safe
def readiness(request: HttpRequest) -> JsonResponse:
    """200 when every dependency answers, else 503; which one does not, and no more."""
    status = "ok" if database_answers() else "nok"
    code = HTTPStatus.OK if status == "ok" else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"status": status, "db": {"status": status}}, status=code)


@never_cache
@require_safe
def liveness(request: HttpRequest) -> JsonResponse:
    """200 while this process serves, whatever the database does."""
    return JsonResponse({"status": "ok"})

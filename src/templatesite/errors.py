"""Error pages outside of the API: JSON unless a browser asks for HTML."""

import logging
import sys
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.log import log_response
from django.views import csrf, defaults

from healthcheck.dependencies import lacks_migrations
from templatesite.postgresql import message, undefined

logger = logging.getLogger(__name__)


def wants_html(request: HttpRequest) -> bool:
    """Whether the client prefers HTML; one that takes anything gets JSON."""
    return request.get_preferred_type(["application/json", "text/html"]) == "text/html"


def detail(status: HTTPStatus) -> JsonResponse:
    return JsonResponse({"detail": f"{status.phrase}."}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, which a host that is not in ALLOWED_HOSTS gets, too."""
    return defaults.bad_request(request, exception) if wants_html(request) else detail(HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return defaults.permission_denied(request, exception) if wants_html(request) else detail(HTTPStatus.FORBIDDEN)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return defaults.page_not_found(request, exception) if wants_html(request) else detail(HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 where the database is the reason, else 500 without internals, of which Django logs the traceback."""
    if response := database_unavailable(request, sys.exception()):
        log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request)
        return response
    return defaults.server_error(request) if wants_html(request) else detail(HTTPStatus.INTERNAL_SERVER_ERROR)


def database_unavailable(request: HttpRequest, exception: BaseException | None) -> HttpResponse | None:
    """503 and a line in the log, if the database is away, takes too long or lacks what a migration makes."""
    if isinstance(exception, (OperationalError, InterfaceError)):
        logger.error("Database unavailable: %s", message(exception))
    elif (lack := undefined(exception)) and lacks_migrations():
        logger.error("Database unavailable: it lacks migrations, run migrate: %s", lack)
    else:
        return None
    return service_unavailable(request, "The database is unavailable. Try again later.")


def service_unavailable(request: HttpRequest, sentence: str) -> HttpResponse:
    """503 that asks the client to come back."""
    status, headers = HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "1"}
    if wants_html(request):
        page = defaults.ERROR_PAGE_TEMPLATE % {"title": status.phrase, "details": sentence}
        return HttpResponse(page, status=status, headers=headers)
    return JsonResponse({"detail": sentence}, status=status, headers=headers)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return csrf.csrf_failure(request, reason) if wants_html(request) else detail(HTTPStatus.FORBIDDEN)

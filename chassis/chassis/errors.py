"""Answers to errors: JSON in the service's own format, or HTML where a browser asks."""

import logging
import sys
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DataError, Error, IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.log import log_response
from django.views import csrf, defaults
from rest_framework.exceptions import APIException, ParseError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler

from chassis import error_format
from chassis.health.dependencies import lacks_migrations
from chassis.postgresql import (
    BAD_VALUE,
    CONFLICT,
    TOO_LARGE,
    message,
    sqlstate,
    undefined,
)

logger = logging.getLogger(__name__)

# Modules in which a value fails that Django or PostgreSQL's library cannot put into a
# statement.
DATABASE_LAYER = (
    "chassis.postgresql",
    "django.db.backends.",
    "psycopg",
)
# The package itself: the modules below it fail at mistakes of code, too.
FIELDS = "django.db.models.fields"


def wants_html(request: HttpRequest) -> bool:
    """Whether the client prefers HTML; a client that accepts anything gets JSON."""
    return request.get_preferred_type(["application/json", "text/html"]) == "text/html"


def answer(
    status: HTTPStatus,
    sentence: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """An error as JSON; the default sentence is the status's phrase."""
    form = error_format.current()
    body = form.body(status, sentence or f"{status.phrase}.")
    return JsonResponse(
        body, status=status, headers=headers, content_type=form.media_type, safe=False
    )


class Conflict(APIException):
    """A write does not fit rows that others have written, maybe a moment ago."""

    status_code = HTTPStatus.CONFLICT
    default_detail = (
        "This conflicts with other data: a unique value is taken, or rows are linked."
    )
    default_code = "conflict"


class BodyTooLarge(APIException):
    """A body that is no file is longer than DATA_UPLOAD_MAX_MEMORY_SIZE."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large: more than Django takes into memory."
    default_code = "too_large"


def refusal(exception: BaseException | None, method: str | None) -> APIException | None:
    """The answer where the database refused a client's values, None otherwise.

    Forms and serializers look before the write, and another request may write in
    between. The answer leaves out PostgreSQL's own message, as it quotes values. The
    log has the constraint's name.
    """
    if exception is None:
        return None
    code = sqlstate(exception)
    found: APIException | None = None
    writes = method not in SAFE_METHODS
    if isinstance(exception, IntegrityError) and code in CONFLICT and writes:
        found = Conflict()
    elif isinstance(exception, Error) and code in TOO_LARGE:
        found = ParseError("A value is too large.")
    elif (isinstance(exception, DataError) and code in BAD_VALUE) or refused_before(
        exception
    ):
        found = ParseError(
            "A value is out of range, or has a character that cannot be stored."
        )
    if found:
        constraint = getattr(
            getattr(exception.__cause__, "diag", None), "constraint_name", None
        )
        logger.warning(
            "The database refused a client's values: %s, %s.",
            code,
            constraint,
            exc_info=None if code else exception,  # where it may be a mistake of code
        )
    return found


def refused_before(exception: BaseException) -> bool:
    """Whether a value got into no statement, such as a NUL or the year 99999."""
    if not isinstance(exception, (ValueError, OverflowError)):
        return False
    *_, (frame, _) = traceback.walk_tb(exception.__traceback__)
    module = str(frame.f_globals.get("__name__"))
    return module == FIELDS or module.startswith(DATABASE_LAYER)


def api_error(exception: Exception, context: dict[str, Any]) -> Response | None:
    """EXCEPTION_HANDLER: the framework's answer with a body in the service's format."""
    refused = refusal(exception, context["request"].method)
    if isinstance(exception, RequestDataTooBig):
        refused = BodyTooLarge()
    response = exception_handler(refused or exception, context)
    if response is None:
        return None
    form, data = error_format.current(), response.data
    is_sentence = isinstance(data, dict) and list(data) == ["detail"]
    response.data = form.body(
        HTTPStatus(response.status_code), data["detail"] if is_sentence else data
    )
    if isinstance(getattr(context["request"], "accepted_renderer", None), JSONRenderer):
        response.content_type = form.media_type
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, also for a host that is not in ALLOWED_HOSTS."""
    return (
        defaults.bad_request(request, exception)
        if wants_html(request)
        else answer(HTTPStatus.BAD_REQUEST)
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return (
        defaults.permission_denied(request, exception)
        if wants_html(request)
        else answer(HTTPStatus.FORBIDDEN)
    )


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return (
        defaults.page_not_found(request, exception)
        if wants_html(request)
        else answer(HTTPStatus.NOT_FOUND)
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """400, 409 or 503 if the database is the cause, otherwise 500 without internals.

    Django logs the traceback of a 500.
    """
    # Django gives handler500 the request alone, and calls it in its `except` block.
    if response := of_database(request, sys.exception()):
        log_response(
            "%s: %s",
            response.reason_phrase,
            request.path,
            response=response,
            request=request,
        )
        return response
    return (
        defaults.server_error(request)
        if wants_html(request)
        else answer(HTTPStatus.INTERNAL_SERVER_ERROR)
    )


def of_database(
    request: HttpRequest, exception: BaseException | None
) -> HttpResponse | None:
    """The answer to an error of the database; nothing where it is none."""
    return value_refused(request, exception) or database_unavailable(request, exception)


def database_unavailable(
    request: HttpRequest, exception: BaseException | None
) -> HttpResponse | None:
    """503 and a log line if the database is away, too slow or lacks migrations."""
    if isinstance(exception, (OperationalError, InterfaceError)):
        logger.error("Database unavailable: %s", message(exception))
    elif (lack := undefined(exception)) and lacks_migrations():
        logger.error("Database unavailable: it lacks migrations, run migrate: %s", lack)
    else:
        return None
    return service_unavailable(request, "The database is unavailable. Try again later.")


def value_refused(
    request: HttpRequest, exception: BaseException | None
) -> HttpResponse | None:
    """400 or 409 if the database refused a client's values.

    For views that are not the API's: those have `api_error`.
    """
    refused = refusal(exception, request.method)
    if refused is None:
        return None
    return page(request, HTTPStatus(refused.status_code), str(refused.detail))


def page(
    request: HttpRequest,
    status: HTTPStatus,
    sentence: str,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """An error with a sentence, as a page where a browser asks."""
    if wants_html(request):
        text = defaults.ERROR_PAGE_TEMPLATE % {
            "title": status.phrase,
            "details": sentence,
        }
        return HttpResponse(text, status=status, headers=headers)
    return answer(status, sentence, headers)


def service_unavailable(request: HttpRequest, sentence: str) -> HttpResponse:
    """503 that asks the client to try again."""
    return page(request, HTTPStatus.SERVICE_UNAVAILABLE, sentence, {"Retry-After": "1"})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return (
        csrf.csrf_failure(request, reason)
        if wants_html(request)
        else answer(HTTPStatus.FORBIDDEN)
    )

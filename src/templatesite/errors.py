"""Error pages outside of the API: JSON unless a browser asks for HTML."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import csrf, defaults


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
    """500 without internals; Django has logged the traceback."""
    return defaults.server_error(request) if wants_html(request) else detail(HTTPStatus.INTERNAL_SERVER_ERROR)


def service_unavailable(request: HttpRequest, sentence: str) -> HttpResponse:
    """503 that asks the client to come back."""
    status, headers = HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "1"}
    if wants_html(request):
        page = defaults.ERROR_PAGE_TEMPLATE % {"title": status.phrase, "details": sentence}
        return HttpResponse(page, status=status, headers=headers)
    return JsonResponse({"detail": sentence}, status=status, headers=headers)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return csrf.csrf_failure(request, reason) if wants_html(request) else detail(HTTPStatus.FORBIDDEN)

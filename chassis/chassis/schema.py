"""What the OpenAPI document says beyond what drf-spectacular sees in the code."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from chassis import error_format
from chassis.pagination import LimitOffsetPagination

EVERYWHERE = [
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.NOT_ACCEPTABLE,
    HTTPStatus.REQUEST_URI_TOO_LONG,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    HTTPStatus.SERVICE_UNAVAILABLE,
]
WITH_BODY = [HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE]

WAIT = {"description": "Seconds to wait.", "schema": {"type": "integer"}}

CONDITIONAL = {"retrieve", "update", "partial_update", "destroy"}
CONDITIONS = {
    "If-Match": (
        "Entity tags by commas, or `*`: 412 unless the resource has one of them."
    ),
    "If-None-Match": (
        "Entity tags by commas, or `*`: "
        "where the resource has one of them, 304 to GET, else 412."
    ),
}

KEY = "Idempotency-Key"
KEY_MEANS = (
    "A text in quotation marks that the client makes for this request, such as a UUID: "
    "a repeat within 24 hours gets the first answer, and does nothing else. 409 while "
    "the first one is in progress, 422 to another request with the same text."
)
REPLAYED = "`true` where this is the answer to an earlier request with the same key."


def header(
    name: str, description: str, response: bool | list[int | str] = False
) -> OpenApiParameter:
    """A request's, or that of the answers with these statuses."""
    return OpenApiParameter(
        name,
        str,
        OpenApiParameter.HEADER,
        description=description,
        response=response,
    )


class TokenScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]
    """`Authorization: Token …`, by its name in the document."""

    target_class = "chassis.authentication.TokenAuthentication"
    name = "tokenAuth"


def conditional_headers(action: str) -> list[OpenApiParameter]:
    """Those of a request for one resource, and the tag of its answer."""
    headers = [header(name, text) for name, text in CONDITIONS.items()]
    if action == "retrieve":
        tag = "The tag of this representation, for If-Match and If-None-Match."
        headers.append(header("ETag", tag, response=[HTTPStatus.OK]))
    return headers


class Schema(AutoSchema):
    """drf-spectacular's, with the headers of requests that the chassis reads."""

    def get_override_parameters(self) -> list[Any]:
        """Those of conditions, or of a request that may be repeated."""
        action = getattr(self.view, "action", None)
        is_resource = hasattr(self.view, "locked_object")
        if is_resource and action in CONDITIONAL:
            return conditional_headers(action)
        method = getattr(self.view, action or self.method.lower(), None)
        if (is_resource and action == "create") or hasattr(method, "is_idempotent"):
            replayed = header("Idempotent-Replayed", REPLAYED, response=True)
            return [header(KEY, KEY_MEANS), replayed]
        return []

    def get_paginated_name(self, serializer_name: str) -> str:
        """The name of a page's schema, another one for each kind of page.

        Views of one serializer may have pages of both kinds.
        """
        paginator = self._get_paginator()  # type: ignore[no-untyped-call]
        counted = isinstance(paginator, LimitOffsetPagination)
        return f"{'Counted' if counted else 'Paginated'}{serializer_name}List"


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the errors."""
    result["components"]["schemas"]["Error"] = error_format.current().schema
    for operations in result["paths"].values():
        for method, operation in operations.items():
            add_errors(method, operation)
    return result


def error(status: HTTPStatus) -> dict[str, Any]:
    """An answer with an error."""
    schema = {"$ref": "#/components/schemas/Error"}
    found: dict[str, Any] = {
        "description": status.phrase,
        "content": {error_format.current().media_type: {"schema": schema}},
    }
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        found["headers"] = {"Retry-After": WAIT}
    return found


def add_errors(method: str, operation: dict[str, Any]) -> None:
    """Add the errors of any operation, and of one with a body, conditions or a key."""
    names = {parameter["name"] for parameter in operation.get("parameters", [])}
    conditional = "If-Match" in names
    statuses = EVERYWHERE + (WITH_BODY if "requestBody" in operation else [])
    if method != "get":
        statuses = [*statuses, HTTPStatus.CONFLICT]
    if conditional:
        statuses = [*statuses, HTTPStatus.PRECONDITION_FAILED]
    if KEY in names:
        statuses = [*statuses, HTTPStatus.UNPROCESSABLE_CONTENT]
    for status in statuses:
        operation["responses"][str(int(status))] = error(status)
    if conditional and method == "get":
        status = HTTPStatus.NOT_MODIFIED
        operation["responses"][str(int(status))] = {"description": status.phrase}

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


class TokenScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]
    """`Authorization: Token …`, by its name in the document."""

    target_class = "chassis.authentication.TokenAuthentication"
    name = "tokenAuth"


class Schema(AutoSchema):
    """drf-spectacular's, with the conditions that `ResourceViewSet` judges."""

    def get_override_parameters(self) -> list[Any]:
        """The headers of a request for one resource, and the tag of its answer."""
        action = getattr(self.view, "action", None)
        if not hasattr(self.view, "locked_object") or action not in CONDITIONAL:
            return []
        headers = [
            OpenApiParameter(name, str, OpenApiParameter.HEADER, description=text)
            for name, text in CONDITIONS.items()
        ]
        if action == "retrieve":
            tag = "The tag of this representation, for If-Match and If-None-Match."
            headers.append(
                OpenApiParameter(
                    "ETag",
                    str,
                    OpenApiParameter.HEADER,
                    description=tag,
                    response=[200],
                )
            )
        return headers

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


def add_errors(method: str, operation: dict[str, Any]) -> None:
    """Add the errors of any operation, of one with a body, of one with conditions."""
    conditional = any(
        parameter["name"] == "If-Match" for parameter in operation.get("parameters", [])
    )
    statuses = EVERYWHERE + (WITH_BODY if "requestBody" in operation else [])
    if method != "get":
        statuses = [*statuses, HTTPStatus.CONFLICT]
    if conditional:
        statuses = [*statuses, HTTPStatus.PRECONDITION_FAILED]
    content = {
        error_format.current().media_type: {
            "schema": {"$ref": "#/components/schemas/Error"}
        }
    }
    for status in statuses:
        operation["responses"][str(int(status))] = {
            "description": status.phrase,
            "content": content,
        }
    if conditional and method == "get":
        status = HTTPStatus.NOT_MODIFIED
        operation["responses"][str(int(status))] = {"description": status.phrase}

"""What the OpenAPI document says beyond what drf-spectacular sees in the code."""

from http import HTTPStatus
from typing import Any

from django.conf import settings

ERROR = {
    "type": "object",
    "description": "What is wrong: as a whole (`detail`), or by field or parameter.",
    "additionalProperties": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
}

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


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the errors, and that reading (and where it is open, writing) needs no credentials."""
    result["components"]["schemas"]["Error"] = ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for operations in result["paths"].values():
        for method, operation in operations.items():
            for status in EVERYWHERE + (WITH_BODY if "requestBody" in operation else []):
                operation["responses"][str(int(status))] = {"description": status.phrase, "content": content}
            if method == "get" or settings.API_ANONYMOUS_WRITES:
                operation.setdefault("security", []).append({})
    return result

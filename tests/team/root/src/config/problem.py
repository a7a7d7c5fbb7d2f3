"""Errors as RFC 9457 has them."""

from http import HTTPStatus
from typing import Any

from chassis.error_format import ErrorFormat


class Problem(ErrorFormat):
    """`application/problem+json`; `wrong` has what is wrong by field."""

    media_type = "application/problem+json"
    schema = {
        "type": "object",
        "required": ["status", "title", "wrong"],
        "properties": {
            "status": {"type": "integer"},
            "title": {"type": "string"},
            "wrong": {},
        },
    }

    def body(self, status: HTTPStatus, wrong: Any) -> dict[str, Any]:
        return {"status": status.value, "title": status.phrase, "wrong": wrong}

"""What the body of an error looks like: in the API, middleware, nginx and the OpenAPI document."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


class ErrorFormat:
    """A sentence as `detail`, or what is wrong by field.

    For a format of your own, name a class like it in ERROR_FORMAT, such as one that writes
    RFC 9457's `application/problem+json`.
    """

    media_type = "application/json"
    schema: dict[str, Any] = {
        "type": "object",
        "description": "What is wrong: as a whole (`detail`), or by field or parameter.",
        "additionalProperties": {
            "oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
        },
    }

    def body(self, status: HTTPStatus, wrong: Any) -> Any:
        """What is sent as JSON.

        Args:
            status: the answer's.
            wrong: a sentence, or what Django REST framework found: lists of sentences by field.
        """
        return {"detail": wrong} if isinstance(wrong, str) else wrong


def current() -> ErrorFormat:
    """The service's own."""
    form: ErrorFormat = import_string(settings.ERROR_FORMAT)()
    return form

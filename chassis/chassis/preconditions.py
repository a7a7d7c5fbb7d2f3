"""Conditional requests (RFC 9110, section 13) by entity tags."""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.utils.http import parse_etags
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

IF_MATCH, IF_NONE_MATCH = "HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"


class PreconditionFailed(APIException):
    """The resource is not in the state that the client asked for."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = (
        "The resource is not in the state that If-Match or If-None-Match asks for."
    )
    default_code = "precondition_failed"


class RenderedOnce(JSONRenderer):
    """JSON of data that was rendered before; of changed data it is rendered anew."""

    def __init__(self, data: Any, content: bytes) -> None:
        self.data = dict(data) if is_flat(data) else None
        self.content = content

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if self.data == data and not self.get_indent(
            accepted_media_type or "", renderer_context or {}
        ):
            return self.content
        anew: bytes = super().render(data, accepted_media_type, renderer_context)
        return anew


def is_flat(data: Any) -> bool:
    """Whether a copy of a mapping shows each change of its values."""
    return isinstance(data, dict) and all(
        value is None or isinstance(value, (str, int, float)) for value in data.values()
    )


def rendered(data: Any) -> bytes:
    """A serializer's data as JSON."""
    content: bytes = JSONRenderer().render(data)
    return content


def entity_tag(content: bytes) -> str:
    """The strong tag of a resource as JSON."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def names(header: str, tag: str) -> bool:
    """Whether the header's list has the tag, or is `*`.

    A weak tag counts as its strong one: nginx makes tags weak where it compresses,
    and what it compressed was the same representation.
    """
    listed = [one.removeprefix("W/") for one in parse_etags(header)]
    return listed == ["*"] or tag in listed


def require_match(request: Request, tag: str) -> None:
    """Judge If-Match; a header without a valid tag matches nothing.

    Raises:
        PreconditionFailed: it does not name the tag.
    """
    header = request.META.get(IF_MATCH)
    if header is not None and not names(header, tag):
        raise PreconditionFailed


def matches_none(request: Request, tag: str) -> bool:
    """Whether If-None-Match, if any, lacks the tag."""
    header = request.META.get(IF_NONE_MATCH)
    return header is None or not names(header, tag)

"""Conditional requests (RFC 9110, section 13) by entity tags."""

import hashlib
from http import HTTPStatus
from typing import Any

from django.utils.http import parse_etags
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request


class PreconditionFailed(APIException):
    """The resource is not in the state that the client asked for."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = (
        "The resource is not in the state that If-Match or If-None-Match asks for."
    )
    default_code = "precondition_failed"


def entity_tag(data: Any) -> str:
    """The strong tag of a serializer's data as JSON."""
    return f'"{hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:32]}"'


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
    header = request.headers.get("If-Match")
    if header is not None and not names(header, tag):
        raise PreconditionFailed


def matches_none(request: Request, tag: str) -> bool:
    """Whether If-None-Match, if any, lacks the tag."""
    header = request.headers.get("If-None-Match")
    return header is None or not names(header, tag)

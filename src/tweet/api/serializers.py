"""Tweets as JSON."""

from typing import Any

from chassis.serializers import ResourceSerializer
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tweet.models import Tweet


@extend_schema_field(
    {"type": "string", "minLength": 1, "maxLength": 280, "pattern": r"^[^\x00]*$"}
)
class TextField(serializers.CharField):
    """Text as the client sent it: not trimmed, and numbers are refused."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class TweetSerializer(ResourceSerializer[Tweet]):
    """A tweet with the address at which it is found."""

    text = TextField(max_length=280)

    class Meta:
        model = Tweet
        fields = ["id", "text", "timestamp", "href"]

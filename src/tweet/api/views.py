"""The tweet API."""

from typing import Any

from chassis.pagination import KeysetPagination
from chassis.viewsets import ResourceViewSet
from django.conf import settings
from rest_framework.permissions import AllowAny

from tweet.api.serializers import TweetSerializer
from tweet.models import Tweet


class TweetViewSet(ResourceViewSet[Tweet]):
    """List, create, read, replace, change and delete tweets."""

    queryset = Tweet.objects.all()
    serializer_class = TweetSerializer
    pagination_class = KeysetPagination
    lookup_value_converter = "int"

    def get_permissions(self) -> Any:
        """Anyone may write where API_ANONYMOUS_WRITES is true."""
        return (
            [AllowAny()] if settings.API_ANONYMOUS_WRITES else super().get_permissions()
        )

"""The tweet API."""

from templatesite.pagination import KeysetPagination
from templatesite.viewsets import ResourceViewSet
from tweet.models import Tweet
from tweet.serializers import TweetSerializer


class TweetViewSet(ResourceViewSet[Tweet]):
    """List, create, read, replace, change and delete tweets."""

    queryset = Tweet.objects.all()
    serializer_class = TweetSerializer
    pagination_class = KeysetPagination
    lookup_value_converter = "int"

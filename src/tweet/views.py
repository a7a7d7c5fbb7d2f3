"""The tweet API."""

from rest_framework.viewsets import ModelViewSet

from templatesite.pagination import KeysetPagination
from tweet.models import Tweet
from tweet.serializers import TweetSerializer


class TweetViewSet(ModelViewSet[Tweet]):
    """List, create, read, replace, change and delete tweets."""

    queryset = Tweet.objects.all()
    serializer_class = TweetSerializer
    pagination_class = KeysetPagination
    lookup_value_regex = "[0-9]{1,19}"

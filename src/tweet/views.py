"""The tweet API."""

from rest_framework.viewsets import ModelViewSet

from tweet.models import Tweet
from tweet.serializers import TweetSerializer


class TweetViewSet(ModelViewSet):
    """List, create, read, replace, change and delete tweets."""

    queryset = Tweet.objects.all()
    serializer_class = TweetSerializer

"""Tweets as JSON."""

from rest_framework import serializers

from tweet.models import Tweet


class TweetSerializer(serializers.HyperlinkedModelSerializer):
    """A tweet with the address at which it is found."""

    class Meta:
        model = Tweet
        fields = ["id", "text", "timestamp", "href"]

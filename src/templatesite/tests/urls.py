"""The site's URLs, one that fails, and a resource with a queryset that PostgreSQL does not lock."""

from django.db.models import Count
from django.urls import include, path
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from templatesite import urls
from templatesite.viewsets import ResourceViewSet
from tweet.models import Tweet
from tweet.serializers import TweetSerializer


def fail(request):
    raise RuntimeError("internals")


class AnnotatedViewSet(ResourceViewSet):
    queryset = Tweet.objects.annotate(count=Count("pk")).distinct()
    serializer_class = TweetSerializer
    permission_classes = [AllowAny]
    lookup_value_converter = "int"

    @action(detail=True, methods=["post"])
    def shout(self, request, pk):
        with self.locked_object() as tweet:
            tweet.text = tweet.text.upper()
            tweet.save()
        return Response(tweet.text)


router = SimpleRouter(use_regex_path=False)
router.register("annotated", AnnotatedViewSet)

handler500 = urls.handler500
urlpatterns = [*urls.urlpatterns, path("fail/", fail), path("", include(router.urls))]

"""The site's URLs, two that fail, and a resource with a queryset that PostgreSQL does not lock."""

from django.db import Error, connection, transaction
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


def query(request):
    """Execute a statement; the error is told as one of another kind, if `wrapped` says so."""
    wrapped = request.GET.get("wrapped")
    with transaction.atomic():
        try:
            with transaction.atomic(savepoint=False), connection.cursor() as cursor:
                cursor.execute(request.GET["statement"])
        except Error as error:
            if wrapped == "transaction":
                Tweet.objects.first()  # which Django refuses
            if wrapped == "cause":
                raise RuntimeError from error
            if wrapped == "context":
                raise RuntimeError  # noqa: B904
            raise


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
urlpatterns = [*urls.urlpatterns, path("fail/", fail), path("query/", query), path("", include(router.urls))]

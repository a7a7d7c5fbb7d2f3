"""The resources and views of the tests.

A resource that anyone may write, one that strangers only read, one with a queryset that
PostgreSQL does not lock, tasks in pages of all kinds, two views that fail
and one that streams.
"""

from django.db import Error, connection, transaction
from django.db.models import Count, ProtectedError
from django.http import StreamingHttpResponse
from django.urls import include, path
from rest_framework.decorators import action
from rest_framework.filters import OrderingFilter, SearchFilter
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from chassis import trace
from chassis.idempotency.repeats import idempotent
from chassis.pagination import LimitOffsetPagination
from chassis.serializers import ResourceSerializer
from chassis.urls import handler400, handler403, handler404, handler500
from chassis.viewsets import ResourceViewSet
from tests.models import Note, Task


def fail(request):
    raise RuntimeError("internals")


def stream(request):
    """Parts with the trace of the line that is logged for each."""
    return StreamingHttpResponse(trace.current.get().trace_id for _ in range(2))


def query(request):
    """Execute a statement; `wrapped` names what its error comes in, if anything."""
    wrapped = request.GET.get("wrapped")
    with transaction.atomic():
        try:
            with transaction.atomic(savepoint=False), connection.cursor() as cursor:
                cursor.execute(request.GET["statement"])
        except Error as error:
            if wrapped == "transaction":
                Note.objects.first()  # which Django refuses
            if wrapped == "cause":
                raise RuntimeError from error
            if wrapped == "context":
                raise RuntimeError  # noqa: B904
            raise


class NoteSerializer(ResourceSerializer):
    class Meta:
        model = Note
        fields = ["id", "text", "href"]


class NoteViewSet(ResourceViewSet):
    queryset = Note.objects.all()
    serializer_class = NoteSerializer
    permission_classes = [AllowAny]
    lookup_value_converter = "int"


class GuardedViewSet(ResourceViewSet):
    queryset = Note.objects.all()
    serializer_class = NoteSerializer
    lookup_value_converter = "int"


class AnnotatedViewSet(NoteViewSet):
    queryset = Note.objects.annotate(count=Count("pk")).distinct()

    @action(detail=True, methods=["post"])
    @idempotent
    def shout(self, request, pk):
        with self.locked_object() as note:
            note.text = f"{note.text.upper()}!"
            note.save()
        return Response(note.text)


class TaskSerializer(ResourceSerializer):
    class Meta:
        model = Task
        fields = ["id", "position", "title", "href"]


class TaskViewSet(ResourceViewSet):
    """Newest first, as the model says."""

    queryset = Task.objects.all()
    serializer_class = TaskSerializer
    lookup_value_converter = "int"
    ordering: list[str] = []


class LatestViewSet(TaskViewSet):
    ordering = ["-id"]


class SortedViewSet(TaskViewSet):
    filter_backends = [SearchFilter, OrderingFilter]
    ordering_fields = ["title", "due"]
    ordering = ["-position"]


class ChosenViewSet(NoteViewSet):
    """Where clients choose another order than that of the model."""

    filter_backends = [OrderingFilter]
    ordering_fields = ["text"]


class PlainView(APIView):
    """A view without actions."""

    serializer_class = NoteSerializer

    def get(self, request):
        return Response()


class StatementView(APIView):
    """Executes a statement; to GET and DELETE it meets a protected row."""

    permission_classes = [AllowAny]
    serializer_class = NoteSerializer

    def post(self, request):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(request.data["statement"])
        return Response()

    put = post

    def get(self, request):
        raise ProtectedError("secret", set())

    delete = get


class CountedViewSet(TaskViewSet):
    queryset = Task.objects.order_by("-created", "-id")  # a unique order
    pagination_class = LimitOffsetPagination


class OwnViewSet(TaskViewSet):
    """Whose rows a request decides."""

    queryset = None

    def get_queryset(self):
        return Task.objects.filter(note=self.kwargs["note"])


router = SimpleRouter(use_regex_path=False)
router.register("note", NoteViewSet)
router.register("guarded", GuardedViewSet, basename="guarded")
router.register("annotated", AnnotatedViewSet, basename="annotated")
router.register("task", TaskViewSet)
router.register("latest", LatestViewSet, basename="latest")
router.register("sorted", SortedViewSet, basename="sorted")
router.register("chosen", ChosenViewSet, basename="chosen")
router.register("counted", CountedViewSet, basename="counted")
router.register("own", OwnViewSet, basename="own")

urlpatterns = [
    path("", include("chassis.urls")),
    path("fail/", fail, name="fail"),
    path("stream/", stream, name="stream"),
    path("query/", query, name="query"),
    path("plain/", PlainView.as_view()),
    path("statement/", StatementView.as_view(), name="statement"),
    path("", include(router.urls)),
]

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

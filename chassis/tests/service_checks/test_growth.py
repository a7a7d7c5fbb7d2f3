"""Views with few rows and with many."""

from pathlib import Path

import pytest
from django.core.cache import cache
from django.http import JsonResponse, StreamingHttpResponse
from django.urls import path
from rest_framework import generics, pagination
from rest_framework.decorators import api_view
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer
from rest_framework.viewsets import ReadOnlyModelViewSet

from chassis.pagination import KeysetPagination, LimitOffsetPagination
from service_checks import crowd, growth, own, walk
from service_checks.growth import addresses  # noqa: F401 # a fixture
from tests.models import Note, Tag, Task, User
from tests.service_checks import articles

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_ten")]


@pytest.fixture
def told(settings):
    """A function that says what the check tells of some URLs."""

    def told(*urls: object) -> list[str]:
        settings.ROOT_URLCONF = urls
        with walk.many_requests(lambda **_: None):
            return growth.judge(growth.ask_all(walk.addresses()))

    return told


@pytest.fixture
def _few_models(monkeypatch):
    """The views ask for no others, and rows of all take time."""
    monkeypatch.setattr(crowd, "models", lambda: [Note, Task, User])


@pytest.fixture
def listed(told, _few_models):
    """A function that says what the check tells of one view."""
    return lambda view: told(path("some/", view, name="some"))


class NoteSerializer(ModelSerializer):
    class Meta:
        model = Note
        fields = ["text"]


class Notes(generics.ListAPIView):
    queryset = Note.objects.all()
    serializer_class = NoteSerializer
    pagination_class = None


class UserSerializer(ModelSerializer):
    class Meta:
        model = User
        fields = ["username", "groups"]


def notes(**members: object) -> type:
    return type("Notes", (Notes,), members)


def answers(get: object) -> object:
    """A view that Django REST framework makes of a function."""
    return api_view(["GET"])(get)


def line_of(file: str, text: str) -> int:
    lines = Path(file).read_text().splitlines()
    (line,) = (at for at, line in enumerate(lines, 1) if line.endswith(f"# {text}"))
    return line


def test_good_views_are_judged_and_nothing_is_told(told):
    assert told(*articles.urls()) == []


@pytest.mark.parametrize("name", articles.CARELESS)
def test_query_for_each_row_is_told_with_its_line(told, name: str):
    sentence, *texts = told(*articles.urls(articles.CARELESS[name]))
    assert sentence == growth.GROWN
    (text,) = (one for one in texts if one.startswith("  article-list: "))
    first, query, *_ = text.splitlines()
    assert first.startswith("  article-list: GET /articles/ makes ")
    more, _, rest = query.partition(" more by ")
    assert int(more) > 7
    place, _, sql = rest.partition(": ")
    line = line_of(articles.__file__, name)
    assert place.split()[0] == f"tests/service_checks/articles.py:{line}"
    assert sql.startswith("SELECT")
    assert not set(sql.partition(" WHERE ")[2]) & set("%'0123456789")


def test_resource_with_many_related_rows_is_told(told):
    _, *texts = told(*articles.urls(articles.CARELESS["Talked"]))
    (text,) = (one for one in texts if one.startswith("  article-detail: "))
    assert "(Talk.author)" in text


def test_views_of_the_chassis_tests_make_no_more_queries(monkeypatch):
    monkeypatch.setattr(crowd, "MANY", range(4, 102))
    with walk.many_requests(lambda **_: None):
        views = growth.ask_all(walk.addresses())
    # It needs a parameter that its URL does not have.
    assert growth.judge(views) == [growth.UNJUDGED, "  own-list: answers 500"]
    answered = {view.name for view in views} - set(growth.unseen(views))
    assert {"note-list", "note-detail", "admin:auth_group_changelist"} <= answered
    assert "admin:auth_group_add" not in answered
    assert {"own-list", "fail", "statement"} <= set(growth.unseen(views))
    assert "annotated-shout" not in growth.unseen(views)  # is for POST alone


class Refused(BasePermission):
    def has_permission(self, request, view):
        return False


def shows(few: int, many: int, rows: int) -> str:
    return f"shows {few} rows where each table has {rows}, and {many} where it has many"


@pytest.mark.parametrize(
    ("view", "doubt"),
    [
        (notes(queryset=Note.objects.filter(text="none")), shows(0, 0, 4)),
        (notes(queryset=Note.objects.all()[:2]), shows(2, 2, 2)),
        (notes(permission_classes=[Refused]), "answers 403"),
    ],
)
def test_list_that_cannot_be_judged_is_told(listed, view: type, doubt: str):
    assert listed(view.as_view()) == [growth.UNJUDGED, f"  some: {doubt}"]


class BothFlags(generics.ListAPIView):
    """Of the first two users, none has one flag without the other."""

    queryset = User.objects.filter(is_active=True, is_staff=False)
    serializer_class = UserSerializer
    pagination_class = None


def test_list_of_what_the_first_rows_are_not_is_judged(listed):
    class Careful(BothFlags):
        queryset = BothFlags.queryset.prefetch_related("groups")

    assert listed(Careful.as_view()) == []


def test_query_for_each_row_that_the_first_rows_are_not_is_told(listed):
    sentence, text = listed(BothFlags.as_view())
    assert sentence == growth.GROWN
    assert "where each table has 4 rows" in text


def test_query_that_no_superuser_makes_is_told(listed):
    class Guarded(Notes):
        def get(self, request):
            notes = Note.objects.all()
            shown = [note.text for note in notes if may_see(request.user, note)]
            return Response(shown)

    sentence, text = listed(Guarded.as_view())
    assert sentence == growth.GROWN
    assert "some: GET /some/ as no superuser makes" in text


def test_users_without_permissions_of_their_own_ask_as_superusers(listed, monkeypatch):
    monkeypatch.delattr(User, "user_permissions")
    assert listed(Notes.as_view()) == []


def may_see(user: object, note: Note) -> bool:
    return user.is_superuser or Task.objects.exclude(pk=note.pk).exists()


def test_array_that_cannot_be_judged_is_told_whatever_view_makes_it(listed):
    def get(request):
        return JsonResponse([Note.objects.count() > 0], safe=False)

    assert listed(get) == [growth.UNJUDGED, f"  some: {shows(1, 1, 2)}"]


@pytest.mark.parametrize(
    "get", [lambda _: Response(["de", "en"]), lambda _: Response()]
)
def test_view_that_asks_the_database_nothing_is_good(listed, get):
    assert listed(answers(get)) == []


def test_view_that_is_not_read_is_not_judged(listed):
    assert listed(generics.CreateAPIView.as_view(serializer_class=NoteSerializer)) == []


class Tens(pagination.PageNumberPagination):
    page_size = 10


class Sized(Tens):
    page_size_query_param = "size"
    max_page_size = 30


class Short(LimitOffsetPagination):
    max_limit = 20


@pytest.mark.parametrize(
    ("pages", "query"),
    [
        (Tens, "limit=100"),
        (Sized, "size=30"),
        (Short, "limit=20"),
        (KeysetPagination, "limit=100"),
        (None, "limit=100"),
    ],
)
def test_page_has_as_many_rows_as_the_view_gives(listed, pages, query: str):
    view = notes(pagination_class=pages).as_view()
    assert growth.page(view, 100) == query
    assert listed(view) == []


def test_pages_of_plain_django_get_no_parameter():
    assert growth.page(lambda request: None, 100) == ""


def test_what_a_cache_keeps_is_asked_again(listed):
    def get(request):
        kept = cache.get_or_set(
            "notes", lambda: [note.text for note in Note.objects.all()]
        )
        return Response(kept)

    assert listed(answers(get)) == []


def test_what_the_process_keeps_hides_no_query(listed):
    kept: list[int] = []

    def get(request):
        while len(kept) < 300:
            kept.append(Note.objects.count())
        return Response([note.tasks.count() for note in Note.objects.all()])  # kept

    sentence, text = listed(answers(get))
    assert sentence == growth.GROWN
    line = line_of(__file__, "kept")
    assert f"10 more by tests/service_checks/test_growth.py:{line}: SELECT" in text


def test_query_in_a_streamed_answer_is_seen(listed):
    def get(request):
        texts = (str(note.tasks.count()) for note in Note.objects.all())  # streamed
        return StreamingHttpResponse(texts)

    _, text = listed(get)
    assert f"test_growth.py:{line_of(__file__, 'streamed')}" in text


def test_query_outside_of_the_service_has_no_line(told, monkeypatch, tmp_path):
    monkeypatch.setattr(own, "applications", lambda: {"tests"})
    monkeypatch.setattr(own, "SOURCE", tmp_path)
    growth.written.cache_clear()
    rows = articles.Article.objects
    view = articles.careless(articles.Author, rows).as_view({"get": "list"})
    _, text = told(path("some/", view))
    growth.written.cache_clear()
    assert "10 more by no line of the service: SELECT" in text


@pytest.mark.usefixtures("_few_models")
@pytest.mark.parametrize(
    ("growing", "expected"),
    [
        ({"some": "few"}, []),
        ({"some": " "}, ["GROWING in {} gives no reason for some: write one."]),
        ({"some": None}, ["GROWING in {} gives no reason for some: write one."]),
        (
            {"some": "few", "other": "few"},
            ["GROWING in {} names other without need: remove it."],
        ),
        (
            {"some": "few", "gone": "few"},
            ["GROWING in {} names gone, which is no view here."],
        ),
    ],
)
def test_exception_has_a_reason_and_is_needed(told, growing, expected: list[str]):
    own.GROWING.update(growing)
    urls = [
        path("some/", notes(permission_classes=[Refused]).as_view(), name="some"),
        path("other/", Notes.as_view(), name="other"),
    ]
    assert told(*urls) == [sentence.format(own.HERE) for sentence in expected]


def test_model_without_rows_ends_the_check():
    own.FIELDS["tests.Tag.name"] = lambda number: "x" * 21
    with pytest.raises(pytest.fail.Exception) as ended:
        growth.begin()
    sentence, fault, *_ = str(ended.value).splitlines()
    assert sentence == growth.EMPTY
    assert fault.startswith("  tests.Tag: value too long")


def test_parameters_are_what_rows_have():
    tag = Tag(pk=7, name="x1")
    note = Note(pk=8, text="words")
    rows = [tag, note]
    assert growth.values_of("format", rows) == ["json"]
    assert growth.values_of("pk", rows) == growth.values_of("tag_id", rows)
    assert growth.values_of("pk", rows) == ["7", "8"]
    assert growth.values_of("tag", rows) == ["7", "8", "x1"]
    assert growth.values_of("note_text", rows) == ["7", "8", "words", "x1"]
    address = "/tag/%(pk)s/note/%(id)s/"
    assert len(list(growth.paths([address, "/"], rows))) == 5


class Viewing(ReadOnlyModelViewSet):
    pass


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (Viewing.as_view({"get": "list"}), True),
        (Viewing.as_view({"get": "list"}, detail=False), True),
        (Viewing.as_view({"get": "list"}, detail=True), False),
        (Viewing.as_view({"get": "retrieve"}), False),
        (Viewing.as_view({"post": "list"}), False),
        (Notes.as_view(), True),
        (generics.RetrieveAPIView.as_view(), False),
        (lambda request: None, False),
    ],
)
def test_view_that_is_made_to_show_rows_is_known(view, expected: bool):
    assert growth.is_list(view) is expected


@pytest.mark.parametrize(
    ("content", "has_envelope", "expected"),
    [
        (b"[1, 2]", False, 2),
        (b'{"links": [], "rows": [1, 2], "count": 9}', True, 2),
        (b'{"rows": [1, 2]}', False, None),
        (b'{"count": 9}', True, None),
        (b"7", True, None),
        (b"<html>", True, None),
        (b"\xff", True, None),
    ],
)
def test_rows_of_an_answer_are_counted(content, has_envelope: bool, expected):
    assert growth.shown(content, has_envelope) == expected


@pytest.mark.usefixtures("_few_models")
def test_check_fails_by_what_it_found(addresses, settings, capsys):  # noqa: F811
    view = notes(permission_classes=[Refused]).as_view()
    settings.ROOT_URLCONF = (path("note/", view, name="some"),)
    with pytest.raises(pytest.fail.Exception, match="some: answers 403"):
        growth.test_queries_do_not_grow_with_rows(addresses, capsys)


@pytest.mark.usefixtures("_few_models")
def test_check_passes_where_nothing_is_found(settings, capsys):
    settings.ROOT_URLCONF = (path("some/", Notes.as_view(), name="some"),)
    growth.test_queries_do_not_grow_with_rows(["/some/"], capsys)

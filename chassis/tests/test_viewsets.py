import re
from http import HTTPStatus

import pytest
from django.test import Client
from rest_framework.relations import SlugRelatedField
from rest_framework.renderers import JSONRenderer
from rest_framework.test import APIClient, APIRequestFactory

from tests.models import Note, Task
from tests.urls import AnnotatedViewSet, NoteSerializer, NoteViewSet

pytestmark = pytest.mark.django_db

BODY = {"data": {"text": "changed"}, "content_type": "application/json"}
OTHER = '"other"'


@pytest.fixture(autouse=True)
def _urls(settings):
    settings.ROOT_URLCONF = "tests.urls"


@pytest.fixture(params=["note", "annotated"])
def url(request) -> str:
    """A note's, by a plain queryset and by one that PostgreSQL does not lock."""
    return f"/{request.param}/{Note.objects.create(text='first').pk}/"


@pytest.fixture
def tag(client: Client, url: str) -> str:
    return client.get(url)["ETag"]


def write(client: Client, method: str, url: str, **headers: str) -> int:
    """The status of a request with these headers, whose names have _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return getattr(client, method)(url, **BODY, headers=named).status_code


writing = pytest.mark.parametrize(
    ("method", "status"),
    [
        ("put", HTTPStatus.OK),
        ("patch", HTTPStatus.OK),
        ("delete", HTTPStatus.NO_CONTENT),
    ],
)


def test_tag_is_that_of_the_representation(client: Client, url: str, tag: str):
    assert re.fullmatch('"[0-9a-f]{32}"', tag)
    assert client.get(url)["ETag"] == client.head(url)["ETag"] == tag
    assert client.get(url, headers={"Host": "localhost"})["ETag"] != tag  # another href
    assert write(client, "put", url) == HTTPStatus.OK
    assert client.get(url)["ETag"] != tag


class Changing(NoteViewSet):
    """Its view changes what the serializer made."""

    nested = False

    def retrieve(self, request, *arguments, **keywords):
        response = super().retrieve(request, *arguments, **keywords)
        if self.nested:
            response.data["many"].append("changed")
        else:
            response.data["text"] = "changed"
        return response

    def get_serializer_class(self):
        class Nested(NoteSerializer):
            def to_representation(self, instance):
                return super().to_representation(instance) | {"many": []}

        return Nested if self.nested else NoteSerializer


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("accept", ["application/json", "application/json; indent=2"])
def test_answer_that_a_view_changes_is_sent_as_changed(nested: bool, accept: str):
    note = Note.objects.create(text="first")
    view = Changing.as_view({"get": "retrieve"}, nested=nested)
    request = APIRequestFactory().get("/", headers={"Accept": accept})
    answer = view(request, pk=note.pk).render().content
    assert b"changed" in answer
    assert (b"\n" in answer) == ("indent" in accept)


class ShoutingRenderer(JSONRenderer):
    """JSON as a team has its own."""

    def render(self, *arguments, **keywords):
        return super().render(*arguments, **keywords).upper()


def test_answer_is_what_a_renderer_of_ones_own_makes_of_it():
    note = Note.objects.create(text="first")
    view = NoteViewSet.as_view({"get": "retrieve"}, renderer_classes=[ShoutingRenderer])
    assert b"FIRST" in view(APIRequestFactory().get("/"), pk=note.pk).render().content


def test_pages_and_lists_have_no_tag(client: Client, url: str, tag: str):
    page = client.get(url, headers={"Accept": "text/html", "If-None-Match": tag})
    assert page.status_code == HTTPStatus.OK
    assert "ETag" not in page
    assert "ETag" not in client.get("/note/")


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_reader_who_has_it_gets_304(
    client: Client, url: str, tag: str, method: str, form: str
):
    response = getattr(client, method)(url, headers={"If-None-Match": form.format(tag)})
    assert response.status_code == HTTPStatus.NOT_MODIFIED
    assert response["ETag"] == tag
    assert response.content == b""


@pytest.mark.parametrize("header", [OTHER, "", "no tag"])
def test_reader_who_has_another_gets_it(
    client: Client, url: str, tag: str, header: str
):
    assert (
        client.get(url, headers={"If-None-Match": header}).status_code == HTTPStatus.OK
    )


def test_reader_may_insist_on_a_tag(client: Client, url: str, tag: str):
    assert client.get(url, headers={"If-Match": tag}).status_code == HTTPStatus.OK
    assert (
        client.get(url, headers={"If-Match": OTHER}).status_code
        == HTTPStatus.PRECONDITION_FAILED
    )


@writing
@pytest.mark.parametrize("form", ["{}", "W/{}", '"other" , {}', "*"])
def test_writer_who_saw_it_writes(
    client: Client, url: str, tag: str, method: str, status: int, form: str
):
    assert write(client, method, url, If_Match=form.format(tag)) == status


@writing
def test_writer_with_another_tag_to_avoid_writes(
    client: Client, url: str, method: str, status: int
):
    assert write(client, method, url, If_None_Match=OTHER) == status


@writing
@pytest.mark.parametrize(
    "headers",
    [
        {"If_Match": OTHER},
        {"If_Match": ""},
        {"If_Match": "{unquoted}"},
        {"If_None_Match": "*"},
        {"If_None_Match": "{tag}"},
        {"If_Match": "{tag}", "If_None_Match": "W/{tag}"},
    ],
)
def test_writer_who_saw_another_changes_nothing(
    client: Client, url: str, tag: str, method: str, status: int, headers
):
    sent = {
        name: value.format(tag=tag, unquoted=tag.strip('"'))
        for name, value in headers.items()
    }
    assert write(client, method, url, **sent) == HTTPStatus.PRECONDITION_FAILED
    assert client.get(url)["ETag"] == tag


@writing
def test_unknown_resource_is_not_found_before_conditions_are_judged(
    client: Client, method: str, status: int
):
    assert write(client, method, "/note/0/", If_Match=OTHER) == HTTPStatus.NOT_FOUND


def test_bad_body_is_refused_before_conditions_are_judged(client: Client, url: str):
    response = client.put(
        url, "{", content_type="application/json", headers={"If-Match": OTHER}
    )
    assert response.status_code == HTTPStatus.BAD_REQUEST


@writing
def test_resource_that_is_deleted_meanwhile_is_not_found(
    client: Client, monkeypatch, method: str, status: int
):
    find = AnnotatedViewSet.get_object

    def find_and_lose(view):
        found = find(view)
        Note.objects.all().delete()
        return found

    monkeypatch.setattr(AnnotatedViewSet, "get_object", find_and_lose)
    url = f"/annotated/{Note.objects.create(text='first').pk}/"
    assert write(client, method, url) == HTTPStatus.NOT_FOUND


def test_body_of_a_delete_means_nothing(client: Client, url: str):
    response = client.delete(
        url, "a=b", content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == HTTPStatus.NO_CONTENT


def test_action_of_ones_own_is_conditional_too(client: Client):
    note = Note.objects.create(text="first")
    url = f"/annotated/{note.pk}/"
    assert (
        write(client, "post", f"{url}shout/", If_Match=OTHER)
        == HTTPStatus.PRECONDITION_FAILED
    )
    assert (
        write(client, "post", f"{url}shout/", If_Match=client.get(url)["ETag"])
        == HTTPStatus.OK
    )
    note.refresh_from_db()
    assert note.text == "FIRST!"


@pytest.fixture
def task() -> Task:
    return Task.objects.create(
        position=1, title="first", note=Note.objects.create(text="note")
    )


class TasksSerializer(NoteSerializer):
    """A note with the positions of its tasks."""

    tasks = SlugRelatedField(slug_field="position", many=True, read_only=True)

    class Meta(NoteSerializer.Meta):
        fields = ["text", "tasks"]


class ReadersViewSet(NoteViewSet):
    """Where readers see more than writers."""

    def get_serializer_class(self):
        return TasksSerializer if self.request.method == "GET" else NoteSerializer


def test_writers_tag_is_that_of_what_readers_see(task: Task):
    view = ReadersViewSet.as_view({"get": "retrieve", "put": "update"})
    seen = view(APIRequestFactory().get("/"), pk=task.note.pk)
    assert seen.data == {"text": "note", "tasks": [1]}
    put = APIRequestFactory().put(
        "/", {"text": "changed"}, headers={"If-Match": seen["ETag"]}
    )
    assert view(put, pk=task.note.pk).status_code == HTTPStatus.OK


def test_put_needs_every_field_and_patch_those_that_change(
    user_api: APIClient, task: Task
):
    url = f"/task/{task.pk}/"
    refused = user_api.put(url, {"title": "second"})
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert refused.json() == {"position": ["This field is required."]}
    assert user_api.get(url).json()["title"] == "first"
    for change, body in (
        (user_api.patch, {"title": "second"}),
        (user_api.put, {"position": 2}),
    ):
        answer = change(url, body)
        assert answer.status_code == HTTPStatus.OK
        assert answer.json() == user_api.get(url).json()
    task.refresh_from_db()
    assert (task.position, task.title) == (2, "second")


class FinishedViewSet(NoteViewSet):
    """Where a change ends the tasks of a note."""

    queryset = Note.objects.prefetch_related("tasks")
    serializer_class = TasksSerializer

    def perform_update(self, serializer):
        Task.objects.filter(note=serializer.save()).delete()


def test_answer_to_a_change_has_what_is_there_after_it(task: Task):
    change = FinishedViewSet.as_view({"get": "retrieve", "put": "update"})
    before = change(APIRequestFactory().get("/"), pk=task.note.pk)
    assert before.data == {"text": "note", "tasks": [1]}
    after = change(APIRequestFactory().put("/", {"text": "done"}), pk=task.note.pk)
    assert after.data == {"text": "done", "tasks": []}

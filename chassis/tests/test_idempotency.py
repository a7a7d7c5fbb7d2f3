"""Requests that come again: one row, one answer."""

import json
from datetime import timedelta
from http import HTTPStatus
from threading import Event, Thread

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from rest_framework.authentication import SessionAuthentication
from rest_framework.decorators import api_view, permission_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework.views import APIView

from chassis.error_format import ErrorFormat
from chassis.idempotency import repeats
from chassis.idempotency.models import Answer
from chassis.idempotency.repeats import idempotent
from tests.models import Note
from tests.urls import NoteViewSet

pytestmark = pytest.mark.django_db

KEY = '"8e03978e-40d5-43e8-bc93-6894a57f9324"'


def post(api: APIClient, url: str = "/note/", body=None, key: str = KEY):
    body = {"text": "first"} if body is None else body
    return api.post(url, body, headers={"Idempotency-Key": key})


def texts() -> list[str]:
    return [note.text for note in Note.objects.all()]


def age(hours: float) -> None:
    Answer.objects.update(created=timezone.now() - timedelta(hours=hours))


def test_repeat_makes_nothing_and_gets_the_first_answer(api: APIClient):
    first, second = post(api), post(api)
    assert first.status_code == HTTPStatus.CREATED
    assert texts() == ["first"]
    assert second.content == first.content
    assert second.status_code == first.status_code
    assert second.headers["Location"] == second.json()["href"]
    new = {"Idempotent-Replayed": "true", "X-REQUEST-ID": second["X-REQUEST-ID"]}
    assert dict(second.headers) == dict(first.headers) | new


def test_page_is_kept_as_it_is_too(api: APIClient):
    api.credentials(HTTP_ACCEPT="text/html")
    first, second = post(api), post(api)
    assert texts() == ["first"]
    assert second.content == first.content
    assert second["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("key", ['"a\\"\\\\ ~"', "a-b_c.d:e/f+g=", f'"{"x" * 253}"'])
def test_key_may_be_any_text(api: APIClient, key: str):
    assert post(api, key=key).status_code == HTTPStatus.CREATED
    assert post(api, key=key).headers["Idempotent-Replayed"] == "true"


def test_key_is_one_with_quotation_marks_and_without(api: APIClient):
    post(api, key='"a-b"')
    assert post(api, key="a-b").headers["Idempotent-Replayed"] == "true"
    assert texts() == ["first"]


@pytest.mark.parametrize(
    "key",
    [
        *("", '""', '"', '"a', 'a"b', '"a"b"', '"a\\b"', '"a", "b"', "a,b", "a b"),
        *('"\xe4"', '"a\tb"', '"a";b=1', "?1", f'"{"x" * 254}"', "x" * 256),
    ],
)
def test_malformed_key_is_refused(api: APIClient, key: str):
    answer = post(api, key=key)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.json()["detail"].startswith("Idempotency-Key must be a text in")
    assert texts() == []


class Listed(ErrorFormat):
    def body(self, status, wrong):
        return [wrong]


@pytest.mark.parametrize("other", [{"body": {"text": "x"}}, {"url": "/note/?x=1"}])
def test_key_of_another_request_is_refused(api: APIClient, settings, other):
    settings.ERROR_FORMAT = f"{__name__}.Listed"
    post(api)
    answer = post(api, **other)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_CONTENT
    (sentence,) = answer.json()
    assert sentence.startswith("This Idempotency-Key belongs to a request with another")
    assert texts() == ["first"]


def test_key_in_progress_is_a_conflict(api: APIClient, transactional_db, monkeypatch):
    begun, go_on, answers = Event(), Event(), []

    def wait_and_save(view, serializer):
        begun.set()
        assert go_on.wait(30)
        serializer.save()

    monkeypatch.setattr(NoteViewSet, "perform_create", wait_and_save)

    def ask():
        answers.append(post(APIClient()))
        connection.close()

    thread = Thread(target=ask)
    thread.start()
    assert begun.wait(30)
    answer = post(api)
    go_on.set()
    thread.join()
    assert answer.status_code == HTTPStatus.CONFLICT
    assert answer.headers["Retry-After"] == "1"
    assert answer.json() == {
        "detail": "A request with this Idempotency-Key is in progress. Try again later."
    }
    assert answers[0].status_code == HTTPStatus.CREATED
    assert post(api).content == answers[0].content
    assert texts() == ["first"]


@pytest.mark.parametrize(("hours", "made"), [(23.9, 1), (24.1, 2)])
def test_key_means_another_request_after_a_day(api: APIClient, hours, made):
    post(api)
    age(hours)
    answer = post(api)
    assert answer.status_code == HTTPStatus.CREATED
    assert len(texts()) == made
    # The older answer is gone, and the new one is a day old from now.
    assert post(api).content == answer.content
    assert len(texts()) == made


def test_error_is_tried_again(api: APIClient):
    assert post(api, body={}).status_code == HTTPStatus.BAD_REQUEST
    assert post(api).status_code == HTTPStatus.CREATED


@pytest.fixture
def other_api() -> APIClient:
    client = APIClient()
    client.force_authenticate(get_user_model().objects.create(username="other"))
    return client


def test_keys_are_each_users_own(
    api: APIClient, user_api: APIClient, other_api: APIClient
):
    """Anonymous users share theirs."""
    for client in (user_api, other_api, api):
        assert "Idempotent-Replayed" not in post(client).headers
    for client in (user_api, other_api, api, APIClient()):
        assert "Idempotent-Replayed" in post(client).headers
    assert len(texts()) == 3


def test_who_may_not_write_any_more_gets_no_answer_again(user_api: APIClient):
    assert post(user_api, "/guarded/").status_code == HTTPStatus.CREATED
    user_api.force_authenticate(None)
    assert post(user_api, "/guarded/").status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("delete", ["one", "several"])
def test_answers_to_a_user_go_with_the_user(
    user, user_api: APIClient, other_api: APIClient, delete: str
):
    for client in (user_api, other_api):
        post(client)
    owner, (kept,) = str(user.pk), Answer.objects.exclude(owner=user.pk)
    if delete == "one":
        user.delete()
    else:
        get_user_model().objects.filter(pk=user.pk).delete()
    assert list(Answer.objects.all()) == [kept]
    assert f'"{kept.key}"' == KEY
    assert str(kept) == f"201 to {kept.key}"
    assert kept.owner != owner


def test_request_without_a_key_asks_nothing_more(
    api: APIClient, django_assert_num_queries
):
    with django_assert_num_queries(1):
        assert api.post("/note/", {"text": "first"}).status_code == HTTPStatus.CREATED
    assert not Answer.objects.exists()


def test_action_of_ones_own_may_be_repeated(api: APIClient):
    note = Note.objects.create(text="first")
    url = f"/annotated/{note.pk}/shout/"
    for _ in range(2):
        assert post(api, url).json() == "FIRST!"
    assert post(api, f"/annotated/{note.pk + 1}/shout/").status_code == (
        HTTPStatus.UNPROCESSABLE_CONTENT
    )
    assert api.post(url).json() == "FIRST!!"


class OwnViewSet(NoteViewSet):
    """Which does more than make one."""

    parser_classes = [MultiPartParser]

    def create(self, request):
        answer = super().create(request)
        Note.objects.create(text="another")
        return answer


def asked(view, body, **keywords) -> Response:
    request = APIRequestFactory().post(
        "/", body, headers={"Idempotency-Key": KEY}, **keywords
    )
    return view(request)


def test_row_without_an_answer_is_none(monkeypatch):
    """As where the server ends between the two: they are one transaction."""
    view, keep = NoteViewSet.as_view({"post": "create"}), repeats.keep
    monkeypatch.setattr(repeats, "keep", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        asked(view, {"text": "first"})
    assert texts() == []
    monkeypatch.setattr(repeats, "keep", keep)
    assert asked(view, {"text": "first"}).status_code == HTTPStatus.CREATED
    assert texts() == ["first"]


def test_create_of_ones_own_may_be_repeated():
    view = OwnViewSet.as_view({"post": "create"})
    # Each has another boundary between its fields.
    for boundary in ("one", "two"):
        body = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
            f"first\r\n--{boundary}--\r\n"
        )
        kind = f"multipart/form-data; boundary={boundary}"
        request = APIRequestFactory().generic(
            "POST", "/", body, kind, headers={"Idempotency-Key": KEY}
        )
        assert view(request).status_code == HTTPStatus.CREATED
    assert texts() == ["first", "another"]


class UploadView(APIView):
    parser_classes = [MultiPartParser]
    permission_classes = []

    @idempotent
    def post(self, request):
        names = [file.read().decode() for file in request.data.getlist("file")]
        Note.objects.create(text=" ".join(names))
        return HttpResponse(status=HTTPStatus.NO_CONTENT)


@pytest.mark.parametrize(
    ("file", "status"),
    [
        (("a.txt", b"first"), HTTPStatus.NO_CONTENT),
        (("a.txt", b"other"), HTTPStatus.UNPROCESSABLE_CONTENT),
        (("b.txt", b"first"), HTTPStatus.UNPROCESSABLE_CONTENT),
    ],
)
def test_files_are_compared_by_name_and_content(file: tuple[str, bytes], status: int):
    for sent in (("a.txt", b"first"), file):
        body = {"file": SimpleUploadedFile(*sent)}
        answer = asked(UploadView.as_view(), body, format="multipart")
    assert answer.status_code == status
    assert texts() == ["first"]


def test_form_that_was_read_for_its_token_may_be_repeated(user):
    """A session's requests have one, and Django looks for it first."""
    factory = APIRequestFactory(enforce_csrf_checks=True)
    factory.cookies["csrftoken"] = "c" * 32
    view = UploadView.as_view(authentication_classes=[SessionAuthentication])
    for _ in range(2):
        form = {
            "csrfmiddlewaretoken": "c" * 32,
            "file": SimpleUploadedFile("name", b"first"),
        }
        request = factory.post(
            "/", form, format="multipart", headers={"Idempotency-Key": KEY}
        )
        request.user = user
        assert view(request).status_code == HTTPStatus.NO_CONTENT
    assert texts() == ["first"]


class RefusingView(APIView):
    """Which answers with an error after a write."""

    permission_classes = []

    @idempotent
    def post(self, request):
        Note.objects.create(text="first")
        return Response({"detail": "No."}, status=HTTPStatus.CONFLICT)


def test_answer_of_an_error_undoes_what_was_written():
    assert asked(RefusingView.as_view(), {}).status_code == HTTPStatus.CONFLICT
    assert texts() == []
    assert not Answer.objects.exists()


class EmptyView(APIView):
    permission_classes = []

    @idempotent
    def post(self, request):
        return Response(status=HTTPStatus.NO_CONTENT)


def test_answer_without_a_body_has_none_again():
    for _ in range(2):
        answer = asked(EmptyView.as_view(), {})
        assert answer.status_code == HTTPStatus.NO_CONTENT
        assert answer.content == b""
        assert "Content-Type" not in answer.headers


class EnvelopedViewSet(NoteViewSet):
    """Which changes each answer."""

    def finalize_response(self, request, response, *arguments, **keywords):
        made = super().finalize_response(request, response, *arguments, **keywords)
        made.data = {"data": made.data}
        return made


def test_view_may_finish_its_answers_itself():
    view = EnvelopedViewSet.as_view({"post": "create"})
    first, second = (asked(view, {"text": "first"}) for _ in range(2))
    assert first.render().content == second.content
    assert json.loads(second.content)["data"]["text"] == "first"
    assert second["Idempotent-Replayed"] == "true"


@api_view(["POST"])
@permission_classes([])
@idempotent
def made(request):
    return Response(Note.objects.create(text="first").text)


def test_view_may_be_a_function():
    first, second = (asked(made, {}) for _ in range(2))
    assert first.render().content == second.content
    assert texts() == ["first"]


class TryingView(APIView):
    permission_classes = []

    @idempotent
    def post(self, request):
        Note.objects.create(text="first")
        transaction.set_rollback(True)
        return Response()


def test_view_may_undo_what_it_tried():
    with transaction.atomic():
        assert asked(TryingView.as_view(), {}).status_code == HTTPStatus.OK
    assert texts() == []
    assert not Answer.objects.exists()


class StreamView(APIView):
    permission_classes = []

    @idempotent
    def post(self, request):
        return StreamingHttpResponse(["first"])


def test_stream_is_refused_in_a_sentence():
    with pytest.raises(TypeError, match="is no stream"):
        asked(StreamView.as_view(), {})


class Stateless:
    """A user of no table, as tokens that are signed bring them."""

    pk = None
    is_authenticated = True


class StatelessView(APIView):
    permission_classes = []

    def perform_authentication(self, request):
        request.user = Stateless()

    @idempotent
    def post(self, request):
        raise AssertionError


def test_users_that_cannot_be_told_apart_share_no_keys():
    answer = asked(StatelessView.as_view(), {})
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "without a primary key" in str(answer.data)


def test_old_answers_are_deleted(api: APIClient, monkeypatch, capsys):
    monkeypatch.setattr(repeats, "BATCH", 2)
    for number in range(5):
        post(api, key=f"old-{number}")
    age(24.1)
    post(api)
    call_command("deleteoldanswers")
    assert capsys.readouterr().out == "Deleted 5 kept answers.\n"
    assert [f'"{kept.key}"' for kept in Answer.objects.all()] == [KEY]
    assert len(texts()) == 6

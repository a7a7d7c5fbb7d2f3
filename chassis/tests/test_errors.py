import logging
from contextlib import suppress
from http import HTTPStatus

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import (
    DataError,
    IntegrityError,
    OperationalError,
    connection,
    transaction,
)
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client, RequestFactory

from chassis import errors
from tests.models import Note, Task

HTML = {"Accept": "text/html,*/*;q=0.8"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def failing(client: Client, settings) -> Client:
    """A client for a site with a view that raises."""
    settings.ROOT_URLCONF = "tests.urls"
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("headers", [{}, JSON])
def test_unknown_path_is_answered_in_json(client: Client, headers):
    response = client.get("/no/such/page/", headers=headers)
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert response.json() == {"detail": "Not Found."}


def test_browser_gets_a_page(client: Client):
    response = client.get("/no/such/page/", headers=HTML)
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert response["Content-Type"].startswith("text/html")


def test_error_shows_no_internals_and_logs_the_traceback(failing: Client, caplog):
    response = failing.get("/fail/", headers={"X-Request-ID": "the-failing-one"})
    assert response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert response.json() == {"detail": "Internal Server Error."}
    (record,) = (record for record in caplog.records if record.levelno == logging.ERROR)
    assert record.exc_info
    assert record.request_id == "the-failing-one"


def test_body_that_django_does_not_take_is_too_large(client: Client, settings, db):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 20
    body = {"text": "x" * 40}
    response = client.post("/note/", body, content_type="application/json")
    assert response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert response.json()["detail"].startswith("The body is too large")


def test_error_page_shows_no_internals(failing: Client):
    response = failing.get("/fail/", headers=HTML)
    assert response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert response["Content-Type"].startswith("text/html")
    assert b"internals" not in response.content


def test_refusals_are_nginxs_to_log(client: Client, caplog):
    client.get("/no/such/page/")
    assert not caplog.records


def test_strange_host_is_refused(client: Client):
    response = client.get("/note/", headers={"Host": "strange.example"})
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert response.json() == {"detail": "Bad Request."}


@pytest.mark.parametrize("headers", [HTML, JSON])
@pytest.mark.parametrize(
    ("view", "status"),
    [
        (errors.bad_request, HTTPStatus.BAD_REQUEST),
        (errors.permission_denied, HTTPStatus.FORBIDDEN),
        (errors.csrf_failure, HTTPStatus.FORBIDDEN),
    ],
)
def test_other_pages_match_what_was_asked_for(view, status, headers):
    request = RequestFactory().get("/", headers=headers)
    argument = "reason" if view is errors.csrf_failure else PermissionDenied()
    response = view(request, argument)
    assert response.status_code == status
    assert response["Content-Type"].split(";")[0] == headers["Accept"].split(",")[0]


@pytest.mark.django_db
def test_pages_of_the_services_own_know_what_was_wrong(
    client: Client, rf: RequestFactory, settings, tmp_path
):
    for name, text in (
        ("403", "{{ exception }}"),
        ("403_csrf", "{{ request.path }}"),
        ("404", "{{ exception }}"),
    ):
        (tmp_path / f"{name}.html").write_text(text)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    assert client.get("/no/such/page/", headers=HTML).content == b"Resolver404"
    refused = errors.permission_denied(
        rf.get("/", headers=HTML), PermissionDenied("It is not yours.")
    )
    assert refused.content == b"It is not yours."
    forged = Client(enforce_csrf_checks=True).post("/admin/login/", headers=HTML)
    assert forged.content == b"/admin/login/"


@pytest.mark.django_db
def test_page_says_to_developers_why_a_form_was_refused(settings):
    settings.DEBUG = True
    response = Client(enforce_csrf_checks=True).post("/admin/login/", headers=HTML)
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert b"CSRF cookie not set." in response.content


def in_transaction(get_response):
    """Middleware of a service that has a transaction for each request."""

    def middleware(request):
        with transaction.atomic():
            return get_response(request)

    return middleware


def api(client: Client) -> HttpResponse:
    return client.get("/note/", headers=JSON)


def page(client: Client) -> HttpResponse:
    return client.post(
        "/admin/login/", {"username": "name", "password": "p"}, headers=JSON
    )


def middleware(client: Client) -> HttpResponse:
    """Of sessions, which saves this one after the view."""
    return client.get("/", headers={"Cookie": f"sessionid={'s' * 32}", **JSON})


def table(model: type[Model]) -> tuple[str, str]:
    """How its table is renamed, and back."""
    name = model._meta.db_table
    return f"{name} RENAME TO away", f"away RENAME TO {name}"


def column(model: type[Model]) -> tuple[str, str]:
    """How the last column of its table is renamed, and back."""
    name, last = model._meta.db_table, model._meta.local_fields[-1].column
    return f"{name} RENAME {last} TO away", f"{name} RENAME away TO {last}"


@pytest.fixture(
    params=[
        (api, table(Note)),
        (api, column(Note)),
        (page, table(get_user_model())),
        (middleware, table(Session)),
    ]
)
def get(request, client: Client, settings, transactional_db):
    """Make a request that needs a table or a column that is not there."""
    ask, (forth, back) = request.param
    settings.SESSION_SAVE_EVERY_REQUEST = True
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {forth}")
        yield lambda: ask(client)
        cursor.execute(f"ALTER TABLE {back}")


@pytest.mark.usefixtures("behind")
def test_what_a_migration_makes_is_missed_with_503(get, caplog):
    response = get()
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert response.json() == {
        "detail": "The database is unavailable. Try again later."
    }
    assert response["Retry-After"] == "1"
    first, second = caplog.records
    assert first.message.startswith(
        "Database unavailable: it lacks migrations, run migrate: "
    )
    assert first.message.endswith("does not exist")
    assert second.message == f"Service Unavailable: {second.request.path}"
    assert not first.exc_info
    assert not second.exc_info


def test_what_no_migration_makes_is_missed_with_500(get, caplog):
    assert get().status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    (record,) = caplog.records
    assert record.exc_info


@pytest.mark.usefixtures("behind")
def test_transaction_that_failed_hides_no_migrations(get, settings):
    settings.MIDDLEWARE = [f"{__name__}.in_transaction", *settings.MIDDLEWARE]
    assert get().status_code == HTTPStatus.SERVICE_UNAVAILABLE


@pytest.mark.usefixtures("behind")
@pytest.mark.parametrize(
    ("statement", "status"),
    [
        ("SELECT nope FROM django_migrations", 503),
        ("SELECT nope()", 500),
        ("SELECT 1 +", 500),
        ("SELECT 1 / 0", 500),
    ],
)
def test_other_errors_stay_500_while_migrations_are_missing(
    failing: Client, statement: str, status: int
):
    assert failing.get("/query/", {"statement": statement}).status_code == status


@pytest.mark.usefixtures("behind")
@pytest.mark.parametrize("wrapped", ["cause", "context", "transaction"])
def test_error_that_another_one_wraps_counts(failing: Client, wrapped: str):
    answer = failing.get(
        "/query/", {"statement": "SELECT * FROM nope", "wrapped": wrapped}
    )
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE


@pytest.mark.usefixtures("behind")
def test_error_of_an_earlier_transaction_hides_no_migrations(failing: Client):
    """Django names the last one that a save met as the cause of the next broken one."""
    with suppress(IntegrityError), transaction.atomic():
        Task(position=1, note_id=None).save()
    query = {"statement": "SELECT * FROM nope", "wrapped": "transaction"}
    answer = failing.get("/query/", query)
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE


@pytest.mark.django_db
def test_middleware_that_finds_no_database_is_answered_with_503(
    client: Client, monkeypatch, settings, caplog
):
    def away(*_arguments):
        raise OperationalError("closed\nthe connection")

    settings.SESSION_SAVE_EVERY_REQUEST = True
    client.raise_request_exception = False
    monkeypatch.setattr(connection, "cursor", away)
    assert middleware(client).status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert caplog.messages == [
        "Database unavailable: closed the connection",
        "Service Unavailable: /",
    ]


INSERT = "INSERT INTO tests_note (id, text) VALUES"
DO = "DO $$ BEGIN RAISE '' USING ERRCODE = '{}'; END $$"


STATEMENTS = [
    (f"{INSERT} (1, 'secret'), (1, 'secret')", 409),
    ("INSERT INTO tests_task SELECT * FROM tests_task WHERE false", 200),
    (DO.format("23503"), 409),
    (DO.format("23P01"), 409),
    (f"{INSERT} (1, NULL)", 500),
    (f"{INSERT} (1, repeat('x', 300))", 400),
    (f"{INSERT} (9223372036854775807 + 1, 'x')", 400),
    ("SELECT 'secret'::int", 400),
    (r"SELECT '\u0000'::jsonb ->> 0", 400),
    (DO.format("54000"), 400),
    ("SELECT 1 / 0", 500),
]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["post", "put"])
@pytest.mark.parametrize(("statement", "status"), STATEMENTS)
def test_what_the_database_refuses_of_a_clients_values_is_reported_without_them(
    failing: Client, caplog, method: str, statement: str, status: int
):
    """As where a serializer looked before another request wrote."""
    response = getattr(failing, method)(
        "/statement/", {"statement": statement}, content_type="application/json"
    )
    assert response.status_code == status
    assert "secret" not in response.content.decode()
    if status < 500:
        assert "secret" not in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize(("statement", "status"), STATEMENTS)
def test_views_that_are_not_the_apis_say_the_same(
    failing: Client, caplog, accept: str, statement: str, status: int
):
    """As the admin, where two people add the same name at once."""
    response = failing.post(
        "/query/", query_params={"statement": statement}, headers={"Accept": accept}
    )
    # The view itself answers nothing.
    assert response.status_code == (500 if status == HTTPStatus.OK else status)
    assert response["Content-Type"].startswith(accept)
    assert "secret" not in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "lookup", [{"text": "a\0b"}, {"pk": "a\0b"}, {"text__regex": "("}], ids=str
)
def test_value_that_gets_into_no_statement_is_the_clients(lookup):
    with pytest.raises((ValueError, DataError)) as raised:
        list(Note.objects.filter(**lookup))
    assert errors.refusal(raised.value, "GET").status_code == HTTPStatus.BAD_REQUEST


@pytest.mark.django_db
@pytest.mark.parametrize(
    "mistake",
    [lambda: int("x"), lambda: Task(note="x"), lambda: list(Note().tasks.all())],
)
def test_mistake_of_code_is_a_fault(mistake):
    with pytest.raises(ValueError, match=r"x|primary key") as raised:
        mistake()
    assert errors.refusal(raised.value, "POST") is None


def test_no_exception_is_no_refusal():
    assert errors.refusal(None, "POST") is None


@pytest.mark.django_db
def test_deletion_that_rows_forbid_is_a_conflict(failing: Client):
    assert failing.delete("/statement/").status_code == HTTPStatus.CONFLICT


@pytest.mark.django_db
def test_conflict_of_what_should_only_read_is_a_fault(failing: Client):
    assert failing.get("/statement/").status_code == HTTPStatus.INTERNAL_SERVER_ERROR


@pytest.mark.parametrize("query", ["text=%00", "%00=x", "a=b%00c", "after=%00"])
@pytest.mark.parametrize("path", ["/note/", "/no/such/page/", "/"])
def test_query_with_nul_is_refused(failing: Client, path: str, query: str):
    response = failing.get(f"{path}?{query}")
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert response.json() == {"detail": "Bad Request."}

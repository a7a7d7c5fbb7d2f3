import re
from http import HTTPStatus

import pytest
from csp.constants import NONE
from csp.decorators import csp_update
from django.contrib import messages
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpResponse
from django.middleware.security import SecurityMiddleware
from django.test import Client, RequestFactory
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control, cache_page
from knox.models import AuthToken
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from chassis.middleware import ResponseHeadersMiddleware

HTML = {"Accept": "text/html,*/*;q=0.8"}


def test_callers_request_id_comes_back(client: Client):
    response = client.get("/note/no-id/", headers={"X-Request-ID": "abc.DEF_1-2"})
    assert response["X-REQUEST-ID"] == "abc.DEF_1-2"


@pytest.mark.parametrize(
    "unfit", ["", "with space", "new\nline", "x" * 129, "ümlaut", "semi;colon"]
)
def test_unfit_request_id_is_replaced(client: Client, unfit: str):
    first, second = (
        client.get("/no/", headers={"X-Request-ID": unfit})["X-REQUEST-ID"]
        for _ in range(2)
    )
    assert first
    assert first not in (unfit, second)


def test_redirect_to_the_slash_keeps_the_method(client: Client, settings):
    settings.DEBUG = False
    response = client.post("/note", {"text": "new"}, content_type="application/json")
    assert response.status_code == HTTPStatus.PERMANENT_REDIRECT
    assert response.headers["Location"] == "/note/"


@pytest.mark.parametrize(
    "error",
    [OperationalError("the server\nclosed the connection"), InterfaceError("closed")],
)
def test_database_away_is_503(client: Client, monkeypatch, caplog, error):
    def away():
        raise error

    monkeypatch.setattr(connection, "cursor", away)
    response = client.get("/note/", headers={"Accept": "application/json"})
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert response.json() == {
        "detail": "The database is unavailable. Try again later."
    }
    assert "\n" not in caplog.messages[0]


def test_browser_sees_a_page_while_the_database_is_away(client: Client, monkeypatch):
    def away():
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", away)
    response = client.get("/note/", headers=HTML)
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["Retry-After"] == "1"
    assert b"The database is unavailable. Try again later." in response.content


def directives(response: HttpResponse) -> dict[str, str]:
    policy = response["Content-Security-Policy"].split("; ")
    return dict(directive.split(" ", 1) for directive in policy)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/docs/", "/admin/login/", "/no/such/page/"])
def test_pages_run_and_show_only_what_comes_from_here(client: Client, path: str):
    policy = directives(client.get(path, headers=HTML))
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert "unsafe" not in str(policy)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/note/", "/api-auth/login/"])
def test_pages_of_the_browsable_api_have_style_attributes_beside(
    client: Client, path: str
):
    policy = directives(client.get(path, headers=HTML))
    assert policy.pop("style-src-attr") == "'unsafe-inline'"
    assert "unsafe" not in str(policy)


@pytest.mark.django_db
def test_what_is_no_page_has_no_policy(client: Client):
    assert "Content-Security-Policy" not in client.get("/note/")


@csp_update({"img-src": ["https://pictures.example"]})
def pictures(request) -> HttpResponse:
    return HttpResponse("<img src='https://pictures.example/1'>")


def test_view_may_say_more_of_its_page(rf: RequestFactory):
    policy = directives(ResponseHeadersMiddleware(pictures)(rf.get("/")))
    assert policy["img-src"] == "'self' data: https://pictures.example"


def test_another_policy_may_be_tried(client: Client, settings):
    settings.CONTENT_SECURITY_POLICY_REPORT_ONLY = {
        "DIRECTIVES": {"script-src": [NONE]}
    }
    response = client.get("/", headers=HTML)
    tried = response["Content-Security-Policy-Report-Only"].split("; ")
    assert set(tried) == {"default-src 'self'", "script-src 'none'"}
    assert directives(response)["script-src"] == "'self'"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/note/", "no-cache, private"),
        ("/no/such/page/", "no-cache, private"),
        ("/admin/login/", "no-store"),
    ],
)
def test_answers_are_kept_by_nobody_else(client: Client, path: str, expected: str):
    assert expected in ", ".join(sorted(client.get(path)["Cache-Control"].split(", ")))


class PublicView(APIView):
    """Its row is for everybody, for a minute."""

    permission_classes = [AllowAny]

    @method_decorator(cache_control(public=True, max_age=60))
    def get(self, request):
        if "missing" in request.GET:
            raise NotFound
        return Response()


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/", "public, max-age=60"), ("/?missing", "no-cache, private")],
)
def test_view_says_who_may_keep_its_answer_and_no_error(
    rf: RequestFactory, path: str, expected: str
):
    kept = ResponseHeadersMiddleware(PublicView.as_view())(rf.get(path))[
        "Cache-Control"
    ]
    assert sorted(kept.split(", ")) == sorted(expected.split(", "))


class Cookies(PublicView):
    authentication_classes = []

    @method_decorator(cache_control(public=True, max_age=60))
    def get(self, request):
        response = Response()
        response.set_cookie("name", "value")
        return response


@pytest.mark.parametrize(
    ("view", "accept"), [(Cookies, "application/json"), (PublicView, "text/html")]
)
def test_answer_with_a_cookie_or_for_a_browser_stays_private(rf, view, accept: str):
    """Pages of the browsable API have the user's name, and a token for forms."""
    request = rf.get("/", headers={"Accept": accept})
    kept = ResponseHeadersMiddleware(view.as_view())(request)["Cache-Control"]
    assert sorted(kept.split(", ")) == ["max-age=60", "private"]


class Who(PublicView):
    @method_decorator(cache_page(60, cache="pages"))
    def get(self, request):
        return Response(str(request.user))


urlpatterns = [path("who/", Who.as_view()), path("cookies/", Cookies.as_view())]


def leave(request) -> HttpResponse:
    messages.success(request, "Saved.")
    return HttpResponse()


def read(request) -> HttpResponse:
    return HttpResponse(", ".join(map(str, messages.get_messages(request))))


urlpatterns += [path("leave/", leave), path("read/", read)]


def test_message_is_shown_once_and_on_a_later_page(client: Client, settings):
    settings.ROOT_URLCONF = __name__
    client.get("/leave/")
    client.get("/cookies/")  # which looks for none
    assert client.get("/read/").content == b"Saved."
    assert client.get("/read/").content == b""


@pytest.mark.django_db
def test_no_user_gets_what_another_one_was_answered(client: Client, user, settings):
    settings.ROOT_URLCONF = __name__
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = settings.CACHES | {"pages": {"BACKEND": backend}}
    _, token = AuthToken.objects.create(user)
    headers = {"Authorization": f"Token {token}"}
    stranger, by_token = client.get("/who/"), client.get("/who/", headers=headers)
    client.force_login(user)
    answers = [stranger, by_token, client.get("/who/")]
    assert [answer.json() for answer in answers] == ["AnonymousUser", *[str(user)] * 2]
    assert {"Authorization", "Cookie"} <= set(stranger["Vary"].split(", "))


@pytest.mark.django_db
def test_view_that_knows_no_users_answers_all_alike(client: Client, settings):
    settings.ROOT_URLCONF = __name__
    assert "Authorization" not in client.get("/cookies/")["Vary"]


@pytest.mark.django_db
@pytest.mark.parametrize("cookie", ["", r'"quoted\000NUL"', "unknown"])
def test_cookie_that_is_no_session_is_ignored(client: Client, cookie: str):
    response = client.get("/note/", headers={"Cookie": f"sessionid={cookie}"})
    assert response.status_code == HTTPStatus.OK


@pytest.mark.django_db
def test_method_that_a_client_thinks_of_makes_no_series(client: Client):
    client.generic("THOUGHTOF", "/note/")
    counted = b'method="<invalid method>",status="405",view="note-list"'
    assert counted in client.get("/metrics").content
    assert b"THOUGHTOF" not in client.get("/metrics").content


@pytest.mark.django_db
def test_errors_of_a_view_are_counted_from_zero(client: Client):
    client.get("/schema/")
    for status in ("500", "503"):
        sample = (
            "django_http_responses_total_by_status_view_method_total"
            f'{{method="GET",status="{status}",view="schema"}}'
        )
        assert f"{sample} 0.0" in client.get("/metrics").content.decode()


def seconds(client: Client, view: str) -> dict[str, float]:
    """How many answers of a view were counted, by outcome."""
    families = text_string_to_metric_families(client.get("/metrics").content.decode())
    return {
        sample.labels["outcome"]: sample.value
        for family in families
        for sample in family.samples
        if sample.name == "service_request_seconds_count"
        and sample.labels["view"] == view
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "view", "outcome"),
    [
        ("GET", "/note/", "note-list", "good"),
        ("POST", "/note/", "note-list", "other"),  # 400, without a text
        ("OPTIONS", "/note/", "note-list", "other"),
        ("GET", "/note/7/", "note-detail", "other"),  # 404
        ("GET", "/fail/", "fail", "failed"),
        ("OPTIONS", "/fail/", "fail", "other"),
        ("GET", "/no/such/page/", "<unnamed view>", "other"),
        ("GET", "/note", "<unnamed view>", "other"),  # redirected
    ],
)
def test_answer_counts_by_what_it_means_to_an_objective(
    method: str, path: str, view: str, outcome: str
):
    client = Client(raise_request_exception=False)
    before = seconds(client, view)
    client.generic(method, path)
    after = seconds(client, view)
    rises = {one: after[one] - before.get(one, 0) for one in after}
    assert {one: rise for one, rise in rises.items() if rise} == {outcome: 1}


@pytest.mark.django_db
def test_requests_of_scripts_are_counted(client: Client):
    def count() -> str:
        text = client.get("/metrics").content.decode()
        found = re.search(r"^django_http_ajax_requests_total (.*)$", text, re.MULTILINE)
        return found[1]

    before = float(count())
    client.get("/no/")
    client.get("/no/", headers={"X-Requested-With": "XMLHttpRequest"})
    client.get("/plain/", headers={"X-Requested-With": "XMLHttpRequest"})
    assert float(count()) == before + 2


class Own(HttpResponse):
    """Renders itself, and without a template."""

    def render(self) -> HttpResponse:
        self.content = "own"
        return self


urlpatterns += [path("own/", lambda _request: Own())]


def test_answer_may_render_itself(client: Client, settings):
    settings.ROOT_URLCONF = __name__
    assert client.get("/own/").content == b"own"


@pytest.mark.django_db
def test_failures_of_a_view_are_counted_from_zero(client: Client):
    client.get("/plain/")
    assert seconds(client, "tests.urls.PlainView")["failed"] == 0
    assert "failed" in seconds(client, "<unnamed view>")


@pytest.mark.django_db
def test_failure_of_middleware_counts(monkeypatch):
    """As where the session cannot be written: django-prometheus does not see it."""

    def fail(*_arguments):
        raise RuntimeError

    monkeypatch.setattr(SecurityMiddleware, "process_response", fail)
    client = Client(raise_request_exception=False)
    client.get("/note/")
    monkeypatch.undo()
    assert seconds(client, "note-list")["failed"] == 1

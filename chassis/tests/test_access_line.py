"""What nginx hears of each answer, through the WSGI application."""

import io
import re
from wsgiref.util import setup_testing_defaults

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from knox.models import AuthToken

from chassis import access_line
from chassis.wsgi import application
from tests.models import Note

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_kept_transaction")]


def ask(path: str, **environ: str) -> str | None:
    """The header of the answer to uWSGI."""
    environ = {"PATH_INFO": path, "uwsgi.version": "2", **environ}
    setup_testing_defaults(environ)
    environ["wsgi.input"] = io.BytesIO()
    answered = {}
    response = application(environ, lambda _status, headers: answered.update(headers))
    response.close()
    return answered.get(access_line.HEADER)


def test_line_has_view_user_and_queries():
    Note.objects.create(text="text")
    line = ask("/note/")
    assert re.fullmatch(r"\[note-list\] anonymous 1 queries 0\.\d{3}s", line), line


def test_queries_of_the_request_before_are_not_counted():
    ask("/note/")
    assert ask("/no/").startswith("[<unnamed view>] unasked 0 queries ")


@pytest.mark.parametrize(("is_staff", "kind"), [(False, "user"), (True, "staff")])
def test_kind_of_user_is_told_and_not_the_name(user, is_staff: bool, kind: str):
    user.is_staff = is_staff
    user.save()
    _, token = AuthToken.objects.create(user)
    line = ask("/note/", HTTP_AUTHORIZATION=f"Token {token}")
    assert line.startswith(f"[note-list] {kind} ")


def test_user_that_no_view_looked_for_costs_no_query():
    assert ask("/fail/").startswith("[fail] unasked 0 queries ")


def test_nobody_but_nginx_gets_the_header(client):
    assert access_line.HEADER not in client.get("/note/")


def test_name_of_a_view_ends_no_field():
    request = RequestFactory().get("/")
    request.resolver_match = type("Match", (), {"view_name": "a\"b\nc\u20ac]'"})
    request.user = AnonymousUser()
    assert access_line.describe(request).startswith("[a_b_c___] anonymous ")

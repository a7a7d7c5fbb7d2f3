import json
from http import HTTPStatus
from pathlib import Path

import pytest
from django.contrib.admin import AllValuesFieldListFilter, SimpleListFilter
from django.urls import resolve

from service_checks import walk
from tests.models import Note

pytestmark = pytest.mark.django_db
EXCEPT = ["fail", "query", "statement"]


class Recent(SimpleListFilter):
    title = parameter_name = "recent"


@pytest.fixture
def asked(monkeypatch, settings):
    """A walk through a few URLs."""
    settings.WALK_EXCEPT = EXCEPT

    def only(*paths: str) -> walk.Walk:
        found = walk.Walk("superuser")
        monkeypatch.setattr(walk, "paths", lambda _: list(paths))
        monkeypatch.setattr(walk, "lists", lambda: list(paths))
        return found

    return only


def test_every_url_is_found(settings):
    Note.objects.create(text="one")
    found = walk.paths(walk.keys())
    assert {"/", "/docs/", "/admin/auth/group/add/", "/fail/", "/note/"} <= set(found)
    assert f"/note/{Note.objects.get().pk}/" in found
    assert "/admin/auth/" in found
    assert {"/admin/auth/group/", "/note/"} <= set(walk.lists())
    assert not [path for path in found if "%" in path]
    settings.WALK_EXCEPT = ["fail"]
    assert "/fail/" not in walk.paths(["1"])
    settings.WALK_EXCEPT = ["failing"]
    with pytest.raises(pytest.fail.Exception, match="is no URL: failing"):
        walk.paths(["1"])


def test_failing_view_is_found_with_its_exception(asked):
    walked = asked("/fail/")
    with walk.many_requests(walked.remember):
        found = list(walked.failures())
    assert {one.status for one in found} == {500}
    assert str(found[0]).endswith("as superuser: 500 RuntimeError('internals')")
    assert "with application/json" in "".join(map(str, found))


def test_healthy_view_is_not(asked, monkeypatch):
    monkeypatch.setattr(walk, "fields", lambda: ["name", "text"])  # of some 60
    walked = asked("/note/", "/admin/tests/note/add/", "/admin/auth/group/")
    with walk.many_requests(walked.remember):
        assert [str(one) for one in walked.failures()] == []
    assert walked.statuses.total() > 100
    assert walked.statuses[True, 201] > 0
    assert not Note.objects.exists()


@pytest.mark.parametrize(
    ("method", "path", "tried"),
    [
        ("PUT", "/note/", 3),
        ("PUT", "/admin/", 1),
        ("GET", "/admin/", 3),
        ("POST", "/admin/", 3),
        ("PUT", "/nothing/", 1),
    ],
)
def test_every_accept_is_tried_where_a_view_reads_it(method, path, tried):
    """Else an error in one format is not seen, or the walk takes twice as long."""
    assert len(walk.accepted(method, path)) == tried


def test_superuser_is_asked_more(monkeypatch):
    monkeypatch.setattr(walk, "paths", lambda _: ["/note/"])
    monkeypatch.setattr(walk, "lists", lambda: ["/note/"])
    user, superuser = walk.Walk("user"), walk.Walk("superuser")
    with walk.many_requests(superuser.remember):
        assert len(list(superuser.questions())) > len(list(user.questions())) > 50
        assert {question.key for question in superuser.questions()} == {"", "walk"}


def queries(path):
    return {question.query for question in walk.lookups(path)}


def test_list_is_asked_for_every_field_that_its_view_may_read(monkeypatch):
    assert {"text__gt=x", "codename__gt=x", "unknown__gt=x"} <= queries("/note/")
    assert "codename__gt=x" in queries("/api-auth/login/")
    admin = resolve("/admin/auth/group/").func.model_admin
    filters = [Recent, "text", ("codename", AllValuesFieldListFilter)]
    monkeypatch.setattr(admin, "list_filter", filters)
    asked = queries("/admin/auth/group/")
    assert {"name__gt=x", "recent__gt=x", "text__gt=x", "codename__gt=x"} <= asked
    assert "unknown__gt=x" in asked
    assert "password__gt=x" not in asked


def test_page_of_the_admin_that_has_no_model_is_asked_for_no_field():
    names = {query.partition("=")[0].partition("__")[0] for query in queries("/admin/")}
    assert names == {"unknown"}


def test_key_is_sent(asked):
    question = walk.Question("POST", "/note/", "", None, b"{}", "application/json", '"')
    walked = asked()
    with walk.many_requests(walked.remember):
        status, content = walked.ask(question)
    assert status == HTTPStatus.BAD_REQUEST
    assert b"Idempotency-Key must be" in content
    assert str(question).endswith("b'{}' and an Idempotency-Key")


def test_row_without_its_parent_is_found(asked, monkeypatch):
    """Which PostgreSQL refuses at the end of the transaction."""
    statement = (
        "INSERT INTO auth_group_permissions (group_id, permission_id) VALUES (9, 9)"
    )
    body = json.dumps({"statement": statement}).encode()
    question = walk.Question("POST", "/statement/", "", None, body, "application/json")
    walked = asked()
    monkeypatch.setattr(walk.Walk, "questions", lambda self: iter([question]))
    with walk.many_requests(walked.remember):
        (found,) = walked.failures()
    assert "violates foreign key" in str(found)


def test_walk_that_only_meets_refusals_fails(monkeypatch, settings):
    settings.WALK_EXCEPT = EXCEPT
    monkeypatch.setattr(
        walk.Walk, "questions", lambda self: iter([walk.Question("GET", "/no/such/")])
    )
    with pytest.raises(pytest.fail.Exception, match="nothing was tried"):
        walk.test_no_answer_is_a_5xx("nobody")


def test_failing_service_is_reported(monkeypatch, settings):
    monkeypatch.setattr(
        walk.Walk, "questions", lambda self: iter([walk.Question("GET", "/fail/")])
    )
    with pytest.raises(pytest.fail.Exception, match="internals"):
        walk.test_no_answer_is_a_5xx("nobody")


@pytest.mark.parametrize("fixtures", ["", "notes"])
def test_person_of_the_check_walks(monkeypatch, settings, fixtures: str):
    """With one question of all."""
    settings.FIXTURE_DIRS = [Path(__file__).parent]
    monkeypatch.setenv("FIXTURES", fixtures)
    monkeypatch.setattr(
        walk.Walk, "questions", lambda self: iter([walk.Question("GET", "/")])
    )
    walk.test_no_answer_is_a_5xx("nobody")
    assert Note.objects.count() == len(fixtures.split())

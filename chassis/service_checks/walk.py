"""Ask every URL of a service in every way: no answer may be a 5xx.

The check `walk` runs it for each root, as
`pytest -p chassis.testing --pyargs service_checks.walk`. URLs are those of
ROOT_URLCONF. A view that fails on purpose is in WALK_EXCEPT, a list of names of URLs.

Each request is rolled back, and so it does not see what fails without a transaction (a
lock of rows) or after one (`on_commit`). Rows are found by their primary keys only.
"""

import io
import json
import logging
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from http import HTTPStatus
from itertools import product
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.signals import got_request_exception, request_started
from django.db import (
    IntegrityError,
    InternalError,
    close_old_connections,
    connection,
    transaction,
)
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.urls.resolvers import RoutePattern
from django.utils.regex_helper import normalize
from rest_framework.views import APIView

from chassis.handler import WSGIHandler

READING = ("GET", "HEAD", "OPTIONS", "TRACE", "BREW")
WRITING = ("POST", "PUT", "PATCH", "DELETE")
ACCEPTED = ("application/json", "text/html", "image/png")
PERSONS = ("nobody", "user", "staff", "superuser")
CSRF = "c" * 32
# What a lookup of Django's takes in a query, and PostgreSQL or Python refuses.
FORM = "application/x-www-form-urlencoded"
UNKNOWN = "unknown"  # the name of no field
LOOKUPS = (
    "=\0",
    "__regex=(",
    "__year=99999",
    "__gt=x",
    "__in=",
    "__isnull=x",
    "__nothing=1",
)


class Question(NamedTuple):
    """One request, but for the person."""

    method: str
    path: str
    query: str = ""
    accept: str | None = None
    body: bytes | None = None
    media_type: str = ""
    key: str = ""

    def __str__(self) -> str:
        sent = (
            f" with {self.media_type} {self.body[:40]!r}"
            if self.body is not None
            else ""
        )
        key = " and an Idempotency-Key" if self.key else ""
        return (
            f"{self.method} {self.path}?{self.query} (Accept: {self.accept}){sent}{key}"
        )


@dataclass
class Found:
    """An answer of 5xx, and the exception that made it."""

    person: str
    question: Question
    status: int
    exception: BaseException | None

    def __str__(self) -> str:
        return f"{self.question} as {self.person}: {self.status} {self.exception!r}"


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The name and the address of each URL, with `%(NAME)s` for a parameter."""
    for pattern in resolver.url_patterns:
        address = prefix + text(pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, address)
        else:
            yield pattern.name or "", address


def text(pattern: URLPattern | URLResolver) -> str:
    """The first text that matches, with `%(NAME)s` for a parameter."""
    if isinstance(pattern.pattern, RoutePattern):
        # Django's own regular expression of a route has groups, as one's own has.
        # reverse() makes addresses by normalize(), too, which is not documented.
        return str(normalize(pattern.pattern.regex.pattern.replace(r"\Z", ""))[0][0])
    return str(normalize(str(pattern.pattern))[0][0])


def keys() -> list[str]:
    """Of the first row of each model."""
    rows = (
        model._default_manager.order_by("pk").first() for model in apps.get_models()
    )
    return sorted({str(row.pk) for row in rows if row is not None})


def fields() -> list[str]:
    """The names of all models' fields, which forms and bodies have."""
    return sorted(
        {field.name for model in apps.get_models() for field in model._meta.fields}
    )


def addresses() -> list[str]:
    """Of all URLs but those of views that fail on purpose."""
    found = list(patterns(get_resolver()))
    excluded = set(getattr(settings, "WALK_EXCEPT", []))
    if unknown := excluded - {name for name, _ in found}:
        pytest.fail(f"WALK_EXCEPT names what is no URL: {', '.join(sorted(unknown))}")
    return ["/" + address for name, address in found if name not in excluded]


def lists() -> list[str]:
    """The URLs without parameters."""
    return [address for address in addresses() if "%(" not in address]


def paths(values: Iterable[str]) -> list[str]:
    """Each URL, with each of the values where it has parameters."""
    labels = sorted({model._meta.app_label for model in apps.get_models()})
    return sorted(
        {
            address % Everywhere(quote(value))
            for address in addresses()
            for value in (labels if "%(app_label)s" in address else values)
        }
    )


class Everywhere(dict[str, str]):
    """The same value for each parameter; a format is one of Django REST framework's."""

    def __init__(self, value: str) -> None:
        self.value = value

    def __missing__(self, name: str) -> str:
        return "json" if name == "format" else self.value


def bodies() -> list[tuple[bytes | None, str]]:
    """No body, JSON, a form, and a broken one."""
    one = dict.fromkeys(fields(), "1")
    return [
        (None, ""),
        (json.dumps(one).encode(), "application/json"),
        (urlencode(one).encode(), FORM),
        (b'{"', "application/json"),
    ]


def more_bodies() -> list[tuple[bytes | None, str]]:
    """JSON of other types, what cannot be stored, and more broken ones."""
    return [
        (json.dumps({name: [{}] for name in fields()}).encode(), "application/json"),
        (urlencode(dict.fromkeys(fields(), "a\0b")).encode(), FORM),
        (b"--b\r\nContent-Disposition: x", "multipart/form-data; boundary=b"),
        (b"\xff", "text/csv"),
    ]


@cache
def negotiates(path: str) -> bool:
    """Whether the view there is one of Django REST framework's."""
    try:
        view = resolve(path).func
    except Resolver404:
        return False
    return issubclass(getattr(view, "cls", object), APIView)


def accepted(method: str, path: str) -> tuple[str, ...]:
    """Values of Accept: another view reads it where it answers, if at all."""
    if negotiates(path) or method in ("GET", "POST"):
        return ACCEPTED
    return ("text/html",)


def readings(path: str) -> Iterator[Question]:
    """All ways to read a path."""
    for method in READING:
        for accept in accepted(method, path):
            yield Question(method, path, "", accept)


def writings(
    path: str, bodies: list[tuple[bytes | None, str]], methods: Iterable[str] = WRITING
) -> Iterator[Question]:
    """All ways to write to a path."""
    for method, (body, media_type) in product(methods, bodies):
        for accept in accepted(method, path):
            yield Question(method, path, "", accept, body, media_type)


def filtered(path: str) -> list[str]:
    """The names that a list may be filtered by; the admin's own views know few."""
    view = resolve(path).func
    if admin := getattr(view, "model_admin", None):  # as Django's admin notes it
        own = {field.name for field in admin.model._meta.fields}
        # A filter is a field, a class, or a pair of them.
        filters = [
            one if isinstance(one, tuple) else (one,) for one in admin.list_filter
        ]
        names = {getattr(first, "parameter_name", first) for first, *_ in filters}
        return sorted({*own, *names, UNKNOWN})
    return [UNKNOWN] if hasattr(view, "admin_site") else [*fields(), UNKNOWN]


def lookups(path: str) -> Iterator[Question]:
    """Queries that Django's lists take for filters of fields."""
    for field, lookup in product(filtered(path), LOOKUPS):
        yield Question("GET", path, quote(field + lookup, safe="="), "text/html")


class Form(HTMLParser):
    """The fields of a page's forms, with what the page fills in."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.feed(content.decode(errors="replace"))

    def handle_starttag(
        self, tag: str, attributes: list[tuple[str, str | None]]
    ) -> None:
        given = dict(attributes)
        name = given.get("name")
        if name and tag in ("input", "select", "textarea", "button"):
            # Where a field has no value, the admin's own action.
            self.values[name] = given.get("value") or "delete_selected"

    def posts(self, path: str) -> Iterator[Question]:
        """The form with a NUL in each of its fields, one after the other."""
        for name in self.values:
            body = urlencode(self.values | {name: "a\0b"}).encode()
            yield Question("POST", path, "", "text/html", body, FORM)


class Walk:
    """A service as one person sees it."""

    def __init__(
        self, person: str, user: Any = None, handler: WSGIHandler | None = None
    ) -> None:
        self.person = person
        self.handler = handler or WSGIHandler()
        self.cookies = f"{settings.CSRF_COOKIE_NAME}={CSRF}"
        self.raised: list[BaseException | None] = []
        # Answers by whether the method writes, and by status.
        self.statuses: Counter[tuple[bool, int]] = Counter()
        if person != "nobody":
            self.log_in(user or self.user())

    def user(self) -> Any:
        model: Any = get_user_model()
        user, _ = model._default_manager.get_or_create(
            **{model.USERNAME_FIELD: f"{self.person}@example.com"},
            defaults={
                "is_staff": self.person in ("staff", "superuser"),
                "is_superuser": self.person == "superuser",
            },
        )
        return user

    def log_in(self, user: Any) -> None:
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.cookies += f"; {settings.SESSION_COOKIE_NAME}={session}"

    def environ(self, question: Question) -> dict[str, Any]:
        body = question.body or b""
        accept = {} if question.accept is None else {"HTTP_ACCEPT": question.accept}
        key = {"HTTP_IDEMPOTENCY_KEY": question.key} if question.key else {}
        return {
            **accept,
            **key,
            "REQUEST_METHOD": question.method,
            "PATH_INFO": question.path,
            "QUERY_STRING": question.query,
            "CONTENT_TYPE": question.media_type,
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_COOKIE": self.cookies,
            "HTTP_X_CSRFTOKEN": CSRF,
            "HTTP_HOST": "testserver",  # which Django's tests allow
            "HTTP_REFERER": "https://testserver/",
            "HTTP_X_FORWARDED_PROTO": "https",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
        }

    def ask(self, question: Question) -> tuple[int, bytes]:
        """Status and body of the answer; nothing of it stays in the database."""
        statuses: list[str] = []

        def start(
            status: str, headers: Any, error: Any = None, /
        ) -> Callable[[bytes], object]:
            statuses.append(status)
            return bytes

        with transaction.atomic():
            content = b"".join(self.handler(self.environ(question), start))
            with suppress(InternalError):  # an error that the view itself handled
                connection.check_constraints()  # as a commit does
            transaction.set_rollback(True)
        return int(statuses[0].split()[0]), content

    def questions(self) -> Iterator[Question]:
        """All that this person asks."""
        known, unknown = paths(keys()), paths(["987654321", "a\u00e9"])
        for path in {*known, *unknown}:
            yield from readings(path)
        for path in known:
            yield from writings(path, bodies())
        if self.person == "superuser":  # whom no view refuses
            for path in known:
                yield from writings(path, more_bodies(), ["POST"])
                for question in writings(path, bodies(), ["POST"]):
                    yield question._replace(key="walk")
            for path in lists():
                yield from lookups(path)
            for path in known:
                _, content = self.ask(Question("GET", path, "", "text/html"))
                yield from Form(content).posts(path)

    def failures(self) -> Iterator[Found]:
        """The questions whose answers are 5xx."""
        for question in self.questions():
            self.raised.clear()
            try:
                status, _ = self.ask(question)
            except IntegrityError as error:
                status, self.raised = 500, [error]
            self.statuses[question.method in WRITING, status] += 1
            # Beside what fails, what was refused before it could: throttles must be off
            # in tests.
            if status >= 500 or status == HTTPStatus.TOO_MANY_REQUESTS:
                yield Found(
                    self.person, question, status, next(iter(self.raised), None)
                )

    def remember(self, **_: Any) -> None:
        self.raised.append(sys.exception())


@contextmanager
def many_requests(remember: Callable[..., None]) -> Iterator[None]:
    """Log nothing, and keep the connection open, as Django's test client does."""
    with connection.cursor() as cursor:  # many requests ask the database nothing
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    logging.disable()
    request_started.disconnect(close_old_connections)
    got_request_exception.connect(remember)
    try:
        yield
    finally:
        got_request_exception.disconnect(remember)
        request_started.connect(close_old_connections)
        logging.disable(logging.NOTSET)


@pytest.mark.django_db
@pytest.mark.parametrize("person", PERSONS)
def test_no_answer_is_a_5xx(person: str) -> None:
    if fixtures := os.environ.get("FIXTURES", "").split():
        call_command("loaddata", *fixtures, verbosity=0)
    walk = Walk(person)
    with many_requests(walk.remember):
        failures = list(walk.failures())
    for (writes, status), count in sorted(walk.statuses.items()):
        print(f"{person}, {'writing' if writes else 'reading'}: {count} x {status}")
    print(f"{walk.statuses.total()} requests as {person}, {len(failures)} failed")
    if failures:
        pytest.fail("\n".join(map(str, failures[:40])))
    succeeded = sum(
        count for (writes, status), count in walk.statuses.items() if status < 400
    )
    if not succeeded:
        pytest.fail("Every request was refused, and so nothing was tried.")

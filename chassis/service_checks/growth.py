"""Ask every URL of a service with few rows and with many: queries do not grow.

The check `unit-tests` runs it for each root after the service's own tests, by
`pytest src --pyargs service_checks.growth`. A superuser asks by GET for JSON, and then
a user who has each permission; crowd.py makes the rows. GROWING (own.py) names views
whose queries may grow.
"""

import functools
import inspect
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from http import HTTPStatus
from itertools import product, takewhile
from operator import itemgetter
from traceback import walk_stack
from types import FrameType
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import caches
from django.db import connection
from django.db.models import Model
from django.http.response import HttpResponseBase
from django.urls import Resolver404, ResolverMatch, get_resolver, resolve
from rest_framework.fields import Field
from rest_framework.mixins import ListModelMixin
from rest_framework.serializers import BaseSerializer
from rest_framework.test import force_authenticate
from rest_framework.views import APIView

from chassis.checks import view_names
from chassis.handler import WSGIHandler
from service_checks import crowd, own, walk

GROWN = (
    "These views ask the database more often because there are more rows: let the "
    "view's query set read all that it shows (select_related, prefetch_related, "
    f"annotate). Where it does no harm, GROWING in {own.HERE} names the view with the "
    'reason: GROWING = {"item-list": "a shop has ten items at most"}.'
)
UNJUDGED = (
    "Nobody knows whether these lists ask the database more often for more rows: "
    f"FIELDS in {own.HERE} says which values make rows that they show, or GROWING "
    "names the view with the reason why it does no harm."
)
EMPTY = (
    "No row of these models can be made, and no view that shows them can be judged: "
    f"FIELDS in {own.HERE} says what their fields take, and SINGLE names models that "
    "have one row."
)
# In SQL, what is another thing for other rows: lists, texts, numbers, savepoints.
VALUES = re.compile(r"%s(?:, %s)*|'(?:[^']|'')*'|\b\d+\b|(?<=SAVEPOINT )\S+")
KEYS = {"pk", "id"}


class Query(NamedTuple):
    """One that a view makes, without its values."""

    text: str
    place: str


class Request(NamedTuple):
    """A path, and who asks."""

    path: str
    superuser: bool

    def __str__(self) -> str:
        return f"GET {self.path}{'' if self.superuser else ' as no superuser'}"


class Answer(NamedTuple):
    """Where tables have so many rows; how many it shows, None where it is no list."""

    rows: int
    status: int
    shown: int | None
    queries: Counter[Query]


class View(NamedTuple):
    """A view, and its answers: with few rows, and with many."""

    name: str
    function: Any
    answers: dict[Request, tuple[Answer, Answer]]

    def growth(self) -> str:
        """What it asks more often for more rows, "" where there is nothing."""
        request, (few, many) = max(
            self.answers.items(), key=lambda pair: more(*pair[1])
        )
        if more(few, many) <= 0:
            return ""
        first = (
            f"  {self.name}: {request} makes {few.queries.total()} queries where each "
            f"table has {few.rows} rows, and {many.queries.total()} where it has many"
        )
        found = (many.queries - few.queries).most_common(3)
        lines = [f"    {count} more by {one.place}: {one.text}" for one, count in found]
        return "\n".join([first, *lines])

    def doubt(self) -> str:
        """Why nobody knows whether it does, "" where that is known."""
        statuses = {many.status for _, many in self.answers.values()} - {405}
        good = [pair for pair in self.answers.values() if is_good(pair[1])]
        if not good and is_list(self.function) and statuses:
            return f"  {self.name}: answers {', '.join(map(str, sorted(statuses)))}"
        lists = [
            (few.shown or 0, many.shown, few.rows)
            for few, many in good
            if many.shown is not None and many.queries
        ]
        if not lists or any(many > few > 0 for few, many, _ in lists):
            return ""
        few, many, rows = max(lists, key=itemgetter(1))
        return (
            f"  {self.name}: shows {few} rows where each table has {rows}, and {many} "
            "where it has many"
        )


def more(few: Answer, many: Answer) -> int:
    """How many queries; none where there was nothing to show at first."""
    if few.shown == 0:
        return 0
    return many.queries.total() - few.queries.total()


def is_good(answer: Answer) -> bool:
    return answer.status < HTTPStatus.MULTIPLE_CHOICES


def is_list(function: Any) -> bool:
    """Whether a view is made to show rows."""
    actions = getattr(function, "actions", None)
    if actions is None:
        return issubclass(getattr(function, "cls", object), ListModelMixin)
    is_detail = function.initkwargs.get("detail")
    return not is_detail and actions.get("get") not in (None, "retrieve")


def shown(content: bytes, has_envelope: bool) -> int | None:
    """How many rows an answer shows: those of an array, maybe in an object."""
    try:
        body = json.loads(content)
    except ValueError:
        return None
    inside = body.values() if has_envelope and isinstance(body, dict) else [body]
    arrays = (len(value) for value in inside if isinstance(value, list))
    return max(arrays, default=None)


def page(function: Any, rows: int) -> str:
    """The query for a page of so many rows, or as many as the view gives."""
    view = getattr(function, "cls", object)
    if not issubclass(view, APIView):
        return ""
    pages = getattr(view, "pagination_class", None)
    name = getattr(pages, "page_size_query_param", None)
    name = name or getattr(pages, "limit_query_param", "limit")
    most = getattr(pages, "max_page_size", None) or getattr(pages, "max_limit", None)
    return f"{name}={min(rows, most or rows)}"


def place(frame: FrameType) -> str:
    """The line of the service that asks, or that of its serializer's field."""

    def is_view(pair: tuple[FrameType, int]) -> bool:
        return pair[0].f_globals is not globals()

    for inner, line in takewhile(is_view, walk_stack(frame)):
        if short := shortened(inner.f_code.co_filename):
            return f"{short}:{line}"
        # isinstance() would wake up a lazy object, which may be what asks.
        owner: Any = inner.f_locals.get("self")
        field: Any = inner.f_locals.get("field")
        kind: Any = type(owner)
        shows = issubclass(kind, BaseSerializer) and isinstance(field, Field)
        if shows and (found := written(kind, str(field.field_name))):
            return found
    return "no line of the service"


def shortened(path: str) -> str:
    """The name of a file of the service, "" of another."""
    inside = path.startswith(f"{own.SOURCE}/")
    return path.removeprefix(f"{own.SOURCE.parent}/") if inside else ""


@functools.cache
def written(serializer: Any, name: Any) -> str:
    """Where a serializer has a field, "" if it is none of the service's."""
    if not (short := shortened(inspect.getfile(serializer))):
        return ""
    lines, first = inspect.getsourcelines(serializer)
    numbered = enumerate(lines, first)
    there = (at for at, line in numbered if re.match(rf"\s+{name}\s*[:=]", line))
    return f"{short}:{next(there, first)} ({serializer.__name__}.{name})"


class Handler(WSGIHandler):
    """Remembers queries; a view asks nobody who the user is."""

    def __init__(self, user: Any) -> None:
        super().__init__()
        self.user = user
        self.queries: Counter[Query] = Counter()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        self.queries = Counter()
        # Each request has an object of its own, as it has elsewhere.
        self.user = type(self.user)._base_manager.get(pk=self.user.pk)
        with connection.execute_wrapper(self.remember):
            return [b"".join(super().__call__(environ, start_response))]

    def get_response(self, request: Any) -> HttpResponseBase:
        force_authenticate(request, self.user)
        return super().get_response(request)

    def remember(self, execute: Any, sql: Any, *rest: Any) -> Any:
        text = VALUES.sub("…", str(sql))
        self.queries[Query(text, place(sys._getframe(1)))] += 1
        return execute(sql, *rest)


class Asker:
    """A user who asks for JSON, as a superuser or by permissions."""

    def __init__(self, user: Any) -> None:
        self.handler = Handler(user)
        self.walk = walk.Walk("superuser", user, self.handler)
        self.persons = [True]
        if hasattr(user, "user_permissions"):  # as Django's own PermissionsMixin has
            user.user_permissions.set(Permission.objects.all())
            self.persons.append(False)

    def ask(self, request: Request, function: Any, rows: int) -> Answer:
        """The answer with a page of so many rows; no cache has it."""
        if len(self.persons) > 1:
            user = self.handler.user
            same = type(user)._base_manager.filter(pk=user.pk)
            same.update(is_superuser=request.superuser)
        for cache in caches.all(initialized_only=True):
            cache.clear()
        sent = request.path.encode().decode("latin-1")  # as WSGI has it
        question = walk.Question("GET", sent, page(function, rows), "application/json")
        status, content = self.walk.ask(question)
        rows_shown = shown(content, is_list(function))
        return Answer(rows, status, rows_shown, self.handler.queries)


def paths(addresses: Iterable[str], rows: list[Model]) -> Iterator[str]:
    """Each URL, with what the rows have where it has parameters."""
    for address in addresses:
        names = re.findall(r"%\((\w+)\)s", address)
        for values in product(*(values_of(name, rows) for name in names)):
            yield address % dict(zip(names, values, strict=True))


def values_of(name: str, rows: list[Model]) -> list[str]:
    """What a parameter may be: keys, unique values, those of fields of its name."""
    if name == "format":
        return ["json"]
    words = {name, name.rpartition("_")[2]}
    found = {
        str(getattr(row, field.attname))
        for row in rows
        for field in row._meta.concrete_fields
        if field.primary_key
        or field.name in words
        or (field.unique and words.isdisjoint(KEYS))
    }
    return sorted(found)


def begin() -> tuple[crowd.Crowd, Asker]:
    """The first rows, and who asks.

    Raises:
        pytest.fail.Exception: there is a model without rows.
    """
    rows = crowd.Crowd()
    user = rows.add_two()
    if faults := rows.faults():
        pytest.fail("\n".join([EMPTY, *faults]), pytrace=False)
    return rows, Asker(user)


def resolved(addresses: list[str], firsts: list[Model]) -> dict[str, ResolverMatch]:
    """The view of each path; of the admin, lists alone."""
    found = {}
    for path in paths(addresses, firsts):
        with suppress(Resolver404):
            match = resolve(path)
            name = match.url_name or ""
            if "admin" not in match.app_names or name.endswith("_changelist"):
                found[path] = match
    return found


def ask_all(addresses: list[str]) -> list[View]:
    """Every view with its answers."""
    rows, asker = begin()
    found = resolved(addresses, [there[0] for there in rows.rows.values()])
    requests = [Request(path, person) for person in asker.persons for path in found]

    def answers(
        size: int, before: dict[Request, Answer], again: Callable[[Answer], bool]
    ) -> dict[Request, Answer]:
        return before | {
            one: asker.ask(one, found[one.path].func, size)
            for one in requests
            if one not in before or again(before[one])
        }

    # The first answers fill what the process keeps.
    few = answers(crowd.TWO.stop, answers(crowd.TWO.stop, {}, is_good), is_good)
    rows.add_more(crowd.SOME)
    # None of the first two may pass a list's filter.
    few = answers(crowd.SOME.stop, few, lambda answer: answer.shown == 0)
    rows.add_more(crowd.MANY)
    many = answers(crowd.MANY.stop, few, is_good)
    views: dict[str, View] = {}
    for one in requests:
        match = found[one.path]
        view = views.setdefault(match.view_name, View(match.view_name, match.func, {}))
        view.answers[one] = few[one], many[one]
    return list(views.values())


def unseen(views: list[View]) -> list[str]:
    """Names of the views that GET is for, and of which it shows nothing."""
    statuses = {
        view.name: {many.status for _, many in view.answers.values()} - {405}
        for view in views
    }
    return [name for name, known in statuses.items() if known and min(known) >= 300]


def judge(views: list[View]) -> list[str]:
    """Sentences about what is wrong, and about exceptions."""
    grown = {view.name: text for view in views if (text := view.growth())}
    doubts = {view.name: text for view in views if (text := view.doubt())}
    found = list(exception_faults(grown.keys() | doubts.keys()))
    for sentence, texts in ((GROWN, grown), (UNJUDGED, doubts)):
        if told := [texts[name] for name in texts if name not in own.GROWING]:
            found += [sentence, *told]
    return found


def exception_faults(needed: set[str]) -> Iterator[str]:
    known = set(view_names(get_resolver()))
    for name, reason in own.GROWING.items():
        if name not in known:
            yield f"GROWING in {own.HERE} names {name}, which is no view here."
        elif not str(reason or "").strip():
            yield f"GROWING in {own.HERE} gives no reason for {name}: write one."
        elif name not in needed:
            yield f"GROWING in {own.HERE} names {name} without need: remove it."


@pytest.fixture
def addresses() -> list[str]:
    """Of all URLs, which this imports while coverage counts."""
    return walk.addresses()


@pytest.mark.no_cover  # what this runs is not tested by that
@pytest.mark.django_db
def test_queries_do_not_grow_with_rows(
    addresses: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    own.read()
    with walk.many_requests(lambda **_: None):
        views = ask_all(addresses)
    if names := unseen(views):
        with capsys.disabled():
            print("\nNot judged, as no GET succeeded:", *names)
    if found := judge(views):
        pytest.fail("\n".join(found), pytrace=False)

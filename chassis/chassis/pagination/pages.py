"""Pages by keyset, or by a bounded offset.

By keyset, any page of any table costs one index range scan.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, QuerySet
from rest_framework import pagination
from rest_framework.exceptions import ValidationError
from rest_framework.filters import OrderingFilter
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from chassis.pagination.keyset import (
    TOKEN_SCHEMA,
    Cursor,
    Keyset,
    integer,
    keyset_by,
    ordering_of,
    terms_of,
)


class KeysetPagination(pagination.BasePagination):
    """Pages in a unique order; `?after=` and `?before=` lead on.

    The header `Link` (RFC 8288) has the addresses of the next and the previous page.

    The order is the view's `ordering`, such as `["-created"]`, else that of its query
    set, else by id; where rows may tie, the key follows. It is by fields of the model
    that are never null, and wants an index with the same fields in the same directions,
    or in the opposite ones.

    An OrderingFilter of the view decides instead, by its parameter or by that
    `ordering`.
    """

    default_limit = 100
    max_limit = 1000
    max_html_limit = 100
    keyset: Keyset
    # Where the links lead from; none where there is no page.
    next: Cursor | None
    previous: Cursor | None
    # Parameters that the links have beside their own.
    kept: dict[str, str] = {}

    def paginate_queryset[M: Model, Row](
        self,
        queryset: QuerySet[M, Row] | Sequence[Row],
        request: Request,
        view: APIView | None = None,
    ) -> list[Row]:
        """The page that the request asks for.

        Raises:
            ValidationError: a parameter is out of range, or no cursor.
            TypeError: the rows are no query set, so that there is no key to go by.
            ImproperlyConfigured: there are no cursors for the ordering.
        """
        if not isinstance(queryset, QuerySet):
            raise TypeError("KeysetPagination pages query sets alone.")
        self.keyset = requested_keyset(queryset, request, view)
        limit = self.get_limit(request)
        after = self.cursor(request, "after")
        before = self.cursor(request, "before")
        self.url = request.build_absolute_uri()
        if before is None:
            return self.forwards(queryset, after, limit)
        if after is None:
            return self.backwards(queryset, before, limit)
        # A range: its pages lead on to its end, and not back out of it.
        between = queryset.filter(self.keyset.beyond(before, backwards=True))
        page = self.forwards(between, after, limit)
        self.previous = None
        self.kept = {"before": self.keyset.write(before)}
        return page

    def get_limit(self, request: Request) -> int:
        """How many rows the page has at most.

        Raises:
            ValidationError: the number is not from 1 to what the request may have.
        """
        return requested_limit(self, request)

    def forwards(
        self, queryset: QuerySet[Any, Any], after: Cursor | None, limit: int
    ) -> list[Any]:
        keys = self.keyset
        selected = queryset if after is None else queryset.filter(keys.beyond(after))
        found = list(selected.order_by(*keys.ordering)[: limit + 1])
        page = found[:limit]
        self.next = keys.of(page[-1]) if len(found) > limit else None
        if after is None:
            self.previous = None
        else:
            self.previous = keys.of(page[0]) if page else keys.opposite(after)
        return page

    def backwards(
        self, queryset: QuerySet[Any, Any], before: Cursor, limit: int
    ) -> list[Any]:
        keys = self.keyset
        selected = queryset.filter(keys.beyond(before, backwards=True))
        found = list(selected.order_by(*keys.reverse_ordering)[: limit + 1])
        page = found[:limit][::-1]
        self.previous = keys.of(page[0]) if len(found) > limit else None
        self.next = keys.of(page[-1]) if page else keys.opposite(before, backwards=True)
        return page

    def get_paginated_response(self, data: list[Any]) -> Response:
        links = []
        if self.next is not None:
            links.append(f'<{self.link("after", self.next)}>; rel="next"')
        if self.previous is not None:
            links.append(f'<{self.link("before", self.previous)}>; rel="prev"')
        return Response(data, headers={"Link": ", ".join(links)} if links else None)

    def link(self, parameter: str, cursor: Cursor) -> str:
        url = remove_query_param(remove_query_param(self.url, "after"), "before")
        for name, value in {**self.kept, parameter: self.keyset.write(cursor)}.items():
            url = replace_query_param(url, name, value)
        return url

    def cursor(self, request: Request, name: str) -> Cursor | None:
        """The cursor in a query parameter, if it is there.

        Raises:
            ValidationError: it is none of this ordering.
        """
        text = request.query_params.get(name)
        if text is None:
            return None
        try:
            return self.keyset.read(text)
        except ValueError as error:
            raise ValidationError({name: [str(error)]}) from None

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return schema

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        keys = described_keyset(view)
        schema, noun = (keys.schema, keys.noun) if keys else (TOKEN_SCHEMA, Keyset.noun)
        before = (
            f"The page that ends before this {noun}; with after, only what is between."
        )
        return [
            limit_parameter(self.default_limit, self.max_limit),
            query_parameter("after", f"Only what comes after this {noun}.", schema),
            query_parameter("before", before, schema),
        ]


class LimitOffsetPagination(pagination.LimitOffsetPagination):
    """Pages by `?limit=` and `?offset=`, bounded; the body is Django REST framework's.

    They are in the query set's order, which should be unique: for orders that
    KeysetPagination refuses, and for pages with numbers. PostgreSQL reads all that it
    skips, and counts all rows. Rows beyond the greatest offset and its page are out of
    reach; a link there gets 400, so that no client takes what it has seen for all there
    is.
    """

    default_limit = 100
    max_limit = 1000
    max_html_limit = 100
    max_offset = 10_000

    def get_limit(self, request: Request) -> int:
        """How many rows the page has at most.

        Raises:
            ValidationError: the number is not from 1 to what the request may have.
        """
        return requested_limit(self, request)

    def get_offset(self, request: Request) -> int:
        """How many rows come before the page.

        Raises:
            ValidationError: the number is not from 0 to `max_offset`.
        """
        reason = " Rows further on are out of reach: ask for fewer by a filter."
        return number(request, "offset", 0, self.max_offset, reason) or 0

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        schema = {"type": "integer", "minimum": 0, "maximum": self.max_offset}
        return [
            limit_parameter(self.default_limit, self.max_limit),
            query_parameter("offset", "How many to skip; none by default.", schema),
        ]


def requested_limit(
    paginator: KeysetPagination | LimitOffsetPagination, request: Request
) -> int:
    """How many rows a page has at most; as HTML a row costs some three times as much.

    Raises:
        ValidationError: the number is not from 1 to what the request may have.
    """
    most, reason = paginator.max_limit, ""
    if isinstance(getattr(request, "accepted_renderer", None), BrowsableAPIRenderer):
        most, reason = min(most, paginator.max_html_limit), f" JSON may have {most}."
    return number(request, "limit", 1, most, reason) or min(
        paginator.default_limit, most
    )


def requested_keyset(
    queryset: QuerySet[Any, Any],
    request: Request,
    view: APIView | None,
) -> Keyset:
    """The ordering of a view's rows; reverse() is refused, as it would turn any other.

    Raises:
        ImproperlyConfigured: there are no cursors for it.
        ValidationError: there are none for one that the client has chosen.
    """
    if not queryset.query.standard_ordering:
        raise ImproperlyConfigured(
            "KeysetPagination takes an ordering, and no reverse()."
        )
    chosen = ordering_parameter(view)
    try:
        return keyset_of(queryset, view)
    except ImproperlyConfigured as error:
        if chosen is None or chosen not in request.query_params:
            raise
        raise ValidationError({chosen: [str(error)]}) from error


def keyset_of(queryset: QuerySet[Any, Any], view: APIView | None) -> Keyset:
    """The ordering of a view's rows, once its filters have seen them."""
    model: type[Model] = queryset.model
    own = None if ordering_parameter(view) else getattr(view, "ordering", None)
    return keyset_by(model, terms_of(model, own) if own else ordering_of(queryset))


def described_keyset(view: APIView) -> Keyset | None:
    """The one ordering of a view's rows; None where clients or requests decide."""
    if ordering_parameter(view):
        return None
    try:
        queryset = view.get_queryset()  # type: ignore[attr-defined]
    except Exception:  # whatever a view raises that needs a request
        return None
    return keyset_of(queryset, view)


def ordering_parameter(view: APIView | None) -> str | None:
    """The query parameter of the view's OrderingFilter, if it has one."""
    for backend in getattr(view, "filter_backends", ()):
        if issubclass(backend, OrderingFilter):
            return str(backend.ordering_param)
    return None


def number(
    request: Request, name: str, least: int, most: int, reason: str = ""
) -> int | None:
    """The number in a query parameter, if it is there.

    Raises:
        ValidationError: it is none from `least` to `most`.
    """
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        return integer(text, least, most)
    except ValueError as error:
        raise ValidationError({name: [f"{error}{reason}"]}) from None


def limit_parameter(default: int, most: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": most}
    return query_parameter("limit", f"How many at most; {default} by default.", schema)


def query_parameter(
    name: str, description: str, schema: dict[str, Any]
) -> dict[str, Any]:
    """A parameter as OpenAPI describes it."""
    place = {"name": name, "in": "query", "required": False}
    return {**place, "description": description, "schema": schema}

"""Pages by keyset: any page of any table costs one index range scan."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

BIGINT_MAX = 2**63 - 1


class KeysetPagination(BasePagination):
    """Pages in id order; `?after=ID` and `?before=ID` lead on, and `Link` names them (RFC 8288)."""

    default_limit = 100
    max_limit = 1000
    # Ids that the links lead from; none where there is no page.
    next: int | None
    previous: int | None
    # Parameters that the links have beside their own.
    kept: dict[str, int] = {}

    def paginate_queryset[M: Model, Row](
        self, queryset: QuerySet[M, Row] | Sequence[Row], request: Request, view: APIView | None = None
    ) -> list[Row]:
        """The page that the request asks for.

        Raises:
            ValidationError: a parameter is out of range.
            TypeError: the rows are no query set, so that there is no key to go by.
        """
        if not isinstance(queryset, QuerySet):
            raise TypeError("KeysetPagination pages query sets alone.")
        limit = self.integer(request, "limit", 1, self.max_limit)
        after = self.integer(request, "after", 0, BIGINT_MAX)
        before = self.integer(request, "before", 0, BIGINT_MAX)
        limit = limit or self.default_limit
        self.url = request.build_absolute_uri()
        if before is None:
            return self.forwards(queryset, after, limit)
        if after is None:
            return self.backwards(queryset, before, limit)
        # A range: its pages lead on to its end, and not back out of it.
        page = self.forwards(queryset.filter(pk__lt=before), after, limit)
        self.previous = None
        self.kept = {"before": before}
        return page

    def forwards(self, queryset: QuerySet[Any, Any], after: int | None, limit: int) -> list[Any]:
        selected = queryset if after is None else queryset.filter(pk__gt=after)
        found = list(selected.order_by("pk")[: limit + 1])
        page = found[:limit]
        self.next = page[-1].pk if len(found) > limit else None
        if after is None:
            self.previous = None
        else:
            self.previous = page[0].pk if page else min(after + 1, BIGINT_MAX)
        return page

    def backwards(self, queryset: QuerySet[Any, Any], before: int, limit: int) -> list[Any]:
        found = list(queryset.filter(pk__lt=before).order_by("-pk")[: limit + 1])
        page = found[:limit][::-1]
        self.previous = page[0].pk if len(found) > limit else None
        self.next = page[-1].pk if page else max(before - 1, 0)
        return page

    def get_paginated_response(self, data: list[Any]) -> Response:
        links = []
        if self.next is not None:
            links.append(f'<{self.link("after", self.next)}>; rel="next"')
        if self.previous is not None:
            links.append(f'<{self.link("before", self.previous)}>; rel="prev"')
        return Response(data, headers={"Link": ", ".join(links)} if links else None)

    def link(self, parameter: str, key: int) -> str:
        url = remove_query_param(remove_query_param(self.url, "after"), "before")
        for name, value in {**self.kept, parameter: key}.items():
            url = replace_query_param(url, name, value)
        return url

    @staticmethod
    def integer(request: Request, name: str, least: int, most: int) -> int | None:
        text = request.query_params.get(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) < 20 and least <= int(text) <= most):
            raise ValidationError({name: [f"Ensure this value is an integer from {least} to {most}."]})
        return int(text)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return schema

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        def parameter(name: str, description: str, least: int, most: int) -> dict[str, Any]:
            schema = {"type": "integer", "minimum": least, "maximum": most}
            return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}

        limit = parameter("limit", f"How many at most; {self.default_limit} by default.", 1, self.max_limit)
        after = parameter("after", "Only what comes after this id.", 0, BIGINT_MAX)
        before = parameter(
            "before", "The page that ends before this id; with after, only what is between.", 0, BIGINT_MAX
        )
        return [limit, after, before]

"""The view that every resource inherits."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request, override_method
from rest_framework.response import Response
from rest_framework.viewsets import ModelViewSet

from chassis.idempotency.repeats import idempotent
from chassis.preconditions import (
    IF_MATCH,
    IF_NONE_MATCH,
    PreconditionFailed,
    RenderedOnce,
    entity_tag,
    matches_none,
    rendered,
    require_match,
)


class ResourceViewSet[M: Model](ModelViewSet[M]):
    """List, create, read, replace, change, delete; no writer overwrites another unseen.

    One resource as JSON has an entity tag, and the conditions of a request are judged.
    What makes one may be repeated with an Idempotency-Key.
    """

    def initial(self, request: Request, *arguments: Any, **keywords: Any) -> None:
        """Let create() be called once, also where a subclass has one of its own."""
        super().initial(request, *arguments, **keywords)
        if self.action == "create":
            method = str(request.method).lower()
            setattr(self, method, idempotent(partial(type(self).create, self)))

    def retrieve(self, request: Request, *arguments: Any, **keywords: Any) -> Response:
        """One; 304 where If-None-Match has its tag."""
        response = super().retrieve(request, *arguments, **keywords)
        if not isinstance(request.accepted_renderer, JSONRenderer):
            return response
        content = rendered(response.data)
        tag = entity_tag(content)
        require_match(request, tag)
        if not matches_none(request, tag):
            response = Response(status=HTTPStatus.NOT_MODIFIED)
        elif type(request.accepted_renderer) is JSONRenderer:
            request.accepted_renderer = RenderedOnce(response.data, content)
        response["ETag"] = tag
        return response

    def update(self, request: Request, *arguments: Any, **keywords: Any) -> Response:
        """Replace or change one."""
        with self.locked_object() as instance:
            serializer = self.get_serializer(
                instance, data=request.data, partial=keywords.get("partial", False)
            )
            serializer.is_valid(raise_exception=True)
            self.perform_update(serializer)
            # Its rows are as before the write; the framework's update() does it, too.
            vars(instance).pop("_prefetched_objects_cache", None)
            return Response(serializer.data)

    def destroy(self, request: Request, *arguments: Any, **keywords: Any) -> Response:
        """Delete one."""
        with self.locked_object() as instance:
            self.perform_destroy(instance)
        return Response(status=HTTPStatus.NO_CONTENT)

    @contextmanager
    def locked_object(self) -> Iterator[M]:
        """The resource of the request for a block that writes it.

        An action of your own uses it like this:

            @action(detail=True, methods=["post"])
            def publish(self, request, pk):
                with self.locked_object() as article:
                    article.publish()
                return Response(status=204)

        The block is a transaction that holds a lock on the row: whoever else writes it
        waits, and nobody can delete it.

        Raises:
            Http404: there is no such resource, or another request deleted it.
            PreconditionFailed: it is not in the state that the request asks for.
        """
        if self.request.method != "DELETE":  # whose body means nothing
            self.request.data  # noqa: B018 - read now: no lock waits for a client
        with transaction.atomic():
            self.lock(self.get_object())
            instance = self.get_object()  # as it is now, with what the queryset adds
            self.judge(instance)
            yield instance

    def lock(self, instance: M) -> None:
        """Lock the row until the transaction ends.

        The view's own queryset may be annotated or distinct, which PostgreSQL does not
        lock.

        Raises:
            Http404: another request deleted it.
        """
        rows = QuerySet[M](type(instance)).select_for_update().filter(pk=instance.pk)
        if not rows.values_list("pk").first():
            raise Http404

    def judge(self, instance: M) -> None:
        """Judge the preconditions of a write by what GET would answer.

        Raises:
            PreconditionFailed: they are not met.
        """
        if not any(name in self.request.META for name in (IF_MATCH, IF_NONE_MATCH)):
            return
        with override_method(self, self.request, "GET"):
            tag = entity_tag(rendered(self.get_serializer(instance).data))
        require_match(self.request, tag)
        if not matches_none(self.request, tag):
            raise PreconditionFailed

"""Answer a request once, however often it comes: Idempotency-Key.

The answer is kept in the transaction of what the request writes.
Source: "The Idempotency-Key HTTP Header Field",
https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial, wraps
from http import HTTPStatus
from typing import Any

from django.db import connection, transaction
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from rest_framework.exceptions import APIException, ParseError
from rest_framework.request import Request, is_form_media_type
from rest_framework.views import APIView

from chassis.idempotency.models import Answer

type Method = Callable[..., Any]

HEADER = "HTTP_IDEMPOTENCY_KEY"
# A String of RFC 8941, as the draft says; or without quotation marks, as many send it.
KEY = re.compile(r'(?=.{1,255}\Z)("([ !#-\[\]-~]|\\["\\])+"|[\w.~:+/=-]+)', re.ASCII)
KEPT = timedelta(hours=24)
BATCH = 1000  # rows that one statement deletes, which has ten seconds


class KeyInProgress(APIException):
    """The first request with the key has no answer yet."""

    status_code = HTTPStatus.CONFLICT
    default_detail = (
        "A request with this Idempotency-Key is in progress. Try again later."
    )
    default_code = "key_in_progress"
    wait = 1  # seconds, which the framework sends as Retry-After


class KeyReused(APIException):
    """The first request with the key was another one."""

    status_code = HTTPStatus.UNPROCESSABLE_CONTENT
    default_detail = (
        "This Idempotency-Key belongs to a request with another path or body: "
        "make a new key for a new request."
    )
    default_code = "key_reused"


def idempotent(method: Method) -> Method:
    """Let clients repeat what a view's method does.

        @action(detail=True, methods=["post"])
        @idempotent
        def publish(self, request, pk):
            ...

    With a key, the method runs in a transaction, which an exception and an answer of
    400 or more undo.
    """

    @wraps(method)
    def repeatable(*arguments: Any, **keywords: Any) -> Any:
        # The first argument of a method is its view; that of a function is the request.
        request = next(one for one in arguments if isinstance(one, Request))
        return once(request, partial(method, *arguments, **keywords))

    vars(repeatable)["is_idempotent"] = True  # for the OpenAPI document
    return repeatable


def once(request: Request, call: Method) -> Any:
    """What the call answers, or what it has answered to the same request.

    Raises:
        ParseError: the key is malformed, or the user has no primary key.
        KeyInProgress, KeyReused: see there.
    """
    if HEADER not in request.META:
        return call()
    new = Answer(owner=owner_of(request), key=key_of(request))
    new.fingerprint = fingerprint_of(request)  # no lock waits for a client's body
    view: APIView = request.parser_context["view"]
    with transaction.atomic():
        lock(new)
        if kept := former(new):
            response: Any = kept.again()
        else:
            made = call()
            response = view.finalize_response(request, made, *view.args, **view.kwargs)
            keep(new, response)
    # The framework would call it again.
    vars(view)["finalize_response"] = lambda _, final, *__, **___: final
    return response


def owner_of(request: Request) -> str:
    """The user's primary key; nothing for anonymous ones, who share their keys.

    Raises:
        ParseError: the user has none, and so could not be told from others.
    """
    user: Any = request.user
    if not (user and user.is_authenticated):
        return ""
    if user.pk is None:
        raise ParseError("Idempotency-Key is not for users without a primary key.")
    return str(user.pk)


def key_of(request: Request) -> str:
    """What the header says, with quotation marks or without.

    Raises:
        ParseError: it is none.
    """
    text: str = request.META[HEADER]
    if not KEY.fullmatch(text):
        raise ParseError(
            "Idempotency-Key must be a text in quotation marks of at most 255 "
            'characters, such as "8e03978e-40d5-43e8-bc93-6894a57f9324".'
        )
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


def fingerprint_of(request: Request) -> str:
    """A digest of method, path and body.

    Of a form's body, it is one of what is in it: a repeat has another boundary.
    """
    body = form(request) if is_form_media_type(request.content_type) else request.body
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    digest.update(body)
    return digest.hexdigest()


def form(request: Request) -> bytes:
    """The values of a form by name, with digests of its files."""
    sent = request.data
    fields = dict(sent.lists()) if isinstance(sent, MultiValueDict) else sent
    return json.dumps(fields, default=file_digest, sort_keys=True).encode()


def file_digest(file: Any) -> str:
    digest = hashlib.file_digest(file.file, "sha256").hexdigest()
    file.seek(0)
    return f"{file.name} {digest}"


def lock(new: Answer) -> None:
    """Keep others from this key until the transaction ends.

    Raises:
        KeyInProgress: another request has it.
    """
    digest = hashlib.sha256(f"{new.owner}\0{new.key}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s)",
            [int.from_bytes(digest[:8], signed=True)],
        )
        if not cursor.fetchone()[0]:
            raise KeyInProgress


def former(new: Answer) -> Answer | None:
    """The kept answer to the same request, if there is one.

    Raises:
        KeyReused: it is one to another request.
    """
    young = Answer.objects.filter(created__gt=timezone.now() - KEPT)
    for kept in young.filter(owner=new.owner, key=new.key):  # at most one
        if kept.fingerprint != new.fingerprint:
            raise KeyReused
        return kept
    return None


def keep(new: Answer, response: Any) -> None:
    """Keep an answer in place of an older one; undo what an error's request wrote.

    Raises:
        TypeError: the answer is a stream.
    """
    if response.streaming:
        raise TypeError("The answer to a request that may be repeated is no stream.")
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        transaction.set_rollback(True)
    if transaction.get_rollback():  # by a view, too, that only tries something
        return
    if isinstance(response, SimpleTemplateResponse):
        response.render()
    new.status, new.body = response.status_code, response.content
    new.headers = dict(response.items())
    Answer.objects.bulk_create(
        [new],
        update_conflicts=True,
        unique_fields=["owner", "key"],
        update_fields=["fingerprint", "status", "headers", "body", "created"],
    )


def forget(instance: Any, **_: Any) -> None:
    """Delete the answers to a user who is deleted."""
    Answer.objects.filter(owner=str(instance.pk)).delete()


def delete_old() -> int:
    """Delete the answers that no repeat gets any more; how many there were."""
    old = Answer.objects.filter(created__lte=timezone.now() - KEPT)
    total = 0
    # Twice `old`: a row that a request has just written anew stays.
    while deleted := old.filter(pk__in=old.values("pk")[:BATCH]).delete()[0]:
        total += deleted
    return total

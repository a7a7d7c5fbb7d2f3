"""What the body of an error looks like.

It is the same in the API, in middleware, in nginx and in the OpenAPI document.
"""

import os
import sys
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from rest_framework.renderers import JSONRenderer

STATUSES = [
    status for status in HTTPStatus if status.is_client_error or status.is_server_error
]

# Parts of src/ that nginx's errors are written without (nix/service/trees.nix).
LEFT_OUT = {"api", "fixtures", "migrations", "templates", "tests", "urls"}
WHERE = (
    "The class, and what its module imports, may be in no folder api, fixtures, "
    "migrations, templates or tests, and in no urls.py, as nginx's errors are written "
    "without these: name or move it elsewhere."
)


class ErrorFormat:
    """A sentence as `detail`, or what is wrong by field.

    For a format of your own, name a class like it in ERROR_FORMAT, such as one that
    writes RFC 9457's `application/problem+json`.
    """

    media_type = "application/json"
    schema: dict[str, Any] = {
        "type": "object",
        "description": (
            "What is wrong: as a whole (`detail`), or by field or parameter."
        ),
        "additionalProperties": {
            "oneOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}},
            ]
        },
    }

    def body(self, status: HTTPStatus, wrong: Any) -> Any:
        """What is sent as JSON.

        Args:
            status: the answer's.
            wrong: a sentence, or what Django REST framework found: lists of sentences
                by field.
        """
        return {"detail": wrong} if isinstance(wrong, str) else wrong


def current() -> ErrorFormat:
    """The service's own."""
    form: ErrorFormat = import_string(settings.ERROR_FORMAT)()
    return form


def files() -> dict[str, bytes]:
    """The files with which web servers answer errors, by their names.

    STATUS.json of every error status, media-type, and the same for nginx: type.conf.
    """
    form = current()
    bodies = {status: form.body(status, f"{status.phrase}.") for status in STATUSES}
    written = {
        f"{status.value}.json": JSONRenderer().render(body) + b"\n"
        for status, body in bodies.items()
    }
    # nginx includes this file in the location of the JSON files.
    return written | {
        "media-type": form.media_type.encode(),
        "type.conf": f'types {{}}\ndefault_type "{form.media_type}";\n'.encode(),
    }


def fault() -> str | None:
    """What is wrong with the service's own format, as a sentence; None if nothing.

    What its module imports is seen where nothing has imported it before.
    """
    name, before = f"ERROR_FORMAT is {settings.ERROR_FORMAT}", set(sys.modules)
    try:
        form = current()
    except Exception as error:
        return (
            f"{name}, which cannot be imported ({type(error).__name__}: {error}). "
            f"{WHERE}"
        )
    if found := left_out(set(sys.modules) - before):
        return f"{name}, which needs {found[-1]}. {WHERE}"
    try:
        files()
        for status in STATUSES:
            JSONRenderer().render(form.body(status, {"field": [f"{status.phrase}."]}))
    except Exception as error:
        return (
            f"{name}, which cannot write an error ({type(error).__name__}: {error}). "
            "Its method body returns what JSON has, for a sentence and for lists of "
            "sentences by field, of every status: chassis.error_format.ErrorFormat is "
            "one."
        )
    return None


def left_out(names: Iterable[str]) -> list[str]:
    """Those of these modules that are in a folder of src/ that is left out, sorted."""
    own = os.environ["DJANGO_SETTINGS_MODULE"]
    source = Path(str(sys.modules[own].__file__)).parents[own.count(".")]
    return sorted(
        name
        for name in names
        if not LEFT_OUT.isdisjoint(name.split("."))
        and Path(str(getattr(sys.modules[name], "__file__", None))).is_relative_to(
            source
        )
    )

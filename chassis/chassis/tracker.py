"""Errors to Sentry, GlitchTip or another tracker that speaks Sentry's protocol.

The extra `sentry` brings the package: nothing imports this module where SENTRY_DSN is
not set. Events have no personal data: no address, user, header, cookie, query, body or
local variable, and of a database's error only what it says before any value; of a
logged line only what the code has of it, and no argument.
"""

import re
from typing import Any

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import ignore_logger

from chassis import extras, request_id, trace

DATABASE = ("django.db", "psycopg")
# Of an address, who asks and the query: the exception of a call quotes it.
ADDRESS = re.compile(r"(?<=//)[^/\s@]*@|\?\S+")

# Of an event's request: what a log line has, too.
KEPT = ("method", "url")


def start() -> None:
    """Send each error that Django or a task logs; a thread sends, and nobody waits."""
    ignore_logger(extras.EXPORTER)
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        release=f"{settings.PROJECT.name}@{settings.SERVICE_VERSION}",
        environment=settings.SENTRY_ENVIRONMENT,
        include_local_variables=False,
        max_request_body_size="never",
        # SQL with values, and lines that a developer wrote for the log.
        max_breadcrumbs=0,
        # Counts of requests: the metrics have them.
        auto_session_tracking=False,
        before_send=reduced,
        # Otherwise each call to another service would have the release and the key.
        trace_propagation_targets=[],
        integrations=[DjangoIntegration(middleware_spans=False)],
    )


def reduced(event: Any, hint: Any) -> Any:
    """An event with the request's ids, and without what is of a person."""
    request = event.get("request", {})
    event["request"] = {key: request[key] for key in KEPT if key in request}
    event.pop("user", None)
    # Arguments of the command line, and of a log line's `extra`.
    event.pop("extra", None)
    if "logentry" in event:
        event["logentry"] = {"message": event["logentry"]["message"]}
    event.setdefault("tags", {})["request_id"] = request_id.current.get() or "none"
    if followed := trace.current.get():
        found = event.setdefault("contexts", {}).setdefault("trace", {})
        found["trace_id"] = followed.trace_id
    for exception in event.get("exception", {}).get("values", []):
        value = ADDRESS.sub("", exception.get("value") or "")
        is_of_database = str(exception.get("module")).startswith(DATABASE)
        exception["value"] = without_values(value) if is_of_database else value
    return event


def without_values(message: str) -> str:
    """The first line of a database's error, up to a colon or a quotation mark."""
    return message.partition("\n")[0].partition(":")[0].partition('"')[0].strip()

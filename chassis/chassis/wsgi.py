"""The WSGI application, with the settings that DJANGO_SETTINGS_MODULE names."""

import gc
import logging
import threading

import django
from django.conf import settings
from django.db import connections
from django.urls import base, get_resolver

from chassis.context_value import ContextValue
from chassis.metrics import name_files
from chassis.preload import prepare_workers, without_connections

name_files()
prepare_workers()
# Connections belong to a thread. Django's own store looks for an event loop each time,
# and uWSGI has none: https://github.com/django/asgiref/blob/main/asgiref/local.py
vars(connections)["_connections"] = threading.local()
vars(base).update(_prefixes=ContextValue("prefix"), _urlconfs=ContextValue("urlconf"))
with without_connections():
    # As Django's get_wsgi_application does, but with a handler of our own.
    django.setup(set_prefix=False)

    # These imports need the settings.
    from chassis.handler import WSGIHandler
    from chassis.health import unapplied

    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:  # pragma: no cover - tests/server has it
        from chassis.telemetry import instrument

        instrument()  # before the handler takes the middleware
    application = WSGIHandler()
    # Import the URLs and the migrations before uWSGI forks its workers; otherwise the
    # first request to each worker would wait for the imports. Addresses need all URLs'
    # expressions.
    get_resolver().reverse_dict  # noqa: B018
    unapplied.migrations()
# Workers share the memory of what is there now: the garbage collector, which writes to
# all that it looks at, does not look at it any more.
gc.collect()
gc.freeze()
logging.getLogger(__name__).info(
    "Version %s begins to serve.", settings.SERVICE_VERSION
)

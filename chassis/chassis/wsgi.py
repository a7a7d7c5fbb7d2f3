"""The WSGI application, with the settings that DJANGO_SETTINGS_MODULE names."""

import logging

import django

from chassis.metrics import name_files

name_files()
django.setup(set_prefix=False)

# These imports need the settings.
from django.conf import settings  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from chassis.handler import WSGIHandler  # noqa: E402
from chassis.health import unapplied  # noqa: E402

application = WSGIHandler()
# Import the URLs and the migrations before uWSGI forks its workers; otherwise the first request
# to each worker would wait for the imports.
get_resolver().url_patterns  # noqa: B018
unapplied.migrations()
logging.getLogger(__name__).info("Version %s begins to serve.", settings.SERVICE_VERSION)

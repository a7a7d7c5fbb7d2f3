"""The WSGI application, with the settings that DJANGO_SETTINGS_MODULE names."""

import django

from chassis.metrics import name_files

name_files()
django.setup(set_prefix=False)

# These imports need the settings.
from django.urls import get_resolver  # noqa: E402

from chassis.handler import WSGIHandler  # noqa: E402
from chassis.health import unapplied  # noqa: E402

application = WSGIHandler()
# Import the URLs and the migrations before uWSGI forks its workers; otherwise the first request
# to each worker would wait for the imports.
get_resolver().url_patterns  # noqa: B018
unapplied.migrations()

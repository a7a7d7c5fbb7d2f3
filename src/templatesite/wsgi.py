"""The WSGI application that uWSGI serves."""

import os

import django

from templatesite.metrics import use_worker_ids

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "templatesite.settings")

use_worker_ids()
django.setup(set_prefix=False)

# They need the settings.
from django.urls import get_resolver  # noqa: E402

from healthcheck import unapplied  # noqa: E402
from templatesite.handler import WSGIHandler  # noqa: E402

application = WSGIHandler()
# What the URLs and readiness import, before workers are forked: the first request of each would wait for it.
get_resolver().url_patterns  # noqa: B018
unapplied.migrations()

"""The WSGI application of the settings that DJANGO_SETTINGS_MODULE names."""

import django

from chassis.metrics import use_worker_ids

use_worker_ids()
django.setup(set_prefix=False)

# They need the settings.
from django.urls import get_resolver  # noqa: E402

from chassis.handler import WSGIHandler  # noqa: E402
from chassis.health import unapplied  # noqa: E402

application = WSGIHandler()
# What the URLs and readiness import, before workers are forked:
# the first request of each would wait for it.
get_resolver().url_patterns  # noqa: B018
unapplied.migrations()

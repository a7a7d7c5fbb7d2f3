"""The WSGI application that uWSGI serves."""

import os

import django

from templatesite.metrics import use_worker_ids

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "templatesite.settings")

use_worker_ids()
django.setup(set_prefix=False)

# It imports Django's, which need the settings.
from templatesite.handler import WSGIHandler  # noqa: E402

application = WSGIHandler()

"""The WSGI application that uWSGI serves."""

import os

from django.core.wsgi import get_wsgi_application

from templatesite.metrics import use_worker_ids

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "templatesite.settings")

use_worker_ids()
application = get_wsgi_application()

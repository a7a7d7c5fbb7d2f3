"""The WSGI application that uWSGI serves."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from chassis.wsgi import application

__all__ = ["application"]

"""Import Django and all views once, in the process that all mutants' are forks of.

mutmut could collect the tests there instead, but pytest gives some tests other names
the second time that it collects them in one process: those whose names a function
makes, with a backslash.
"""

import os
import tomllib
from pathlib import Path

import django
from django.urls import get_resolver

options = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["pytest"][
    "ini_options"
]
os.environ["DJANGO_SETTINGS_MODULE"] = options["DJANGO_SETTINGS_MODULE"]
django.setup()
get_resolver().url_patterns  # noqa: B018 - read for what it imports

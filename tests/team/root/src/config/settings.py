"""The service's settings: what differs from the chassis's, and what is its own."""

from chassis.settings import *  # noqa: F403
from chassis.settings import INSTALLED_APPS, env

INSTALLED_APPS = ["config", *INSTALLED_APPS, "accounts", "pets"]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
ERROR_FORMAT = "config.problem.Problem"

# How many pets an owner may have.
PETS_LIMIT = env.int("PETS_LIMIT")

env.seal()

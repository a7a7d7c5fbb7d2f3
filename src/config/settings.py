"""The service's settings: what differs from the chassis's, and what is its own."""

from chassis.settings import *  # noqa: F403
from chassis.settings import INSTALLED_APPS, env

INSTALLED_APPS = ["config", *INSTALLED_APPS, "accounts", "tweet"]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "accounts.User"

# Whether anyone may write tweets (tweet.api.views).
# The sample cluster says yes, production does not.
API_ANONYMOUS_WRITES = env.bool("API_ANONYMOUS_WRITES", False)

env.seal()

"""The service's settings: what differs from the chassis's, and what is its own."""

from chassis.settings import *  # noqa: F403
from chassis.settings import INSTALLED_APPS, env

INSTALLED_APPS = ["config", *INSTALLED_APPS, "item"]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

# Whether anyone may write items.
API_ANONYMOUS_WRITES = env.bool("API_ANONYMOUS_WRITES", False)

# How often a stranger may ask, such as 60/minute.
THROTTLE_RATES = {"anonymous": env.str("ANONYMOUS_RATE", "")}

# What the view `relay` asks.
RELAY_URL = env.str("RELAY_URL", "")

env.seal()

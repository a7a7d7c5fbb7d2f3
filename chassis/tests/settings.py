from chassis.settings import *  # noqa: F403
from chassis.settings import INSTALLED_APPS, env

INSTALLED_APPS = [*INSTALLED_APPS, "tests"]
ROOT_URLCONF = "tests.urls"
AUTH_USER_MODEL = "tests.User"
env.seal()

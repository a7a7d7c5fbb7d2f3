"""A Django REST service without a template, on the same table.

    plain.py USERNAME

As their documentation begins one: `startproject`'s settings and a ModelViewSet. The
command makes its table of tokens, and prints a token and the key of a session of the
user, who it makes.
"""

import argparse
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    SECRET_KEY=os.environ.get("DJANGO_SECRET_KEY", "-"),
    ROOT_URLCONF=__name__,
    AUTH_USER_MODEL="accounts.User",
    USE_TZ=True,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "rest_framework",
        "rest_framework.authtoken",
        "accounts",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": os.environ.get("POSTGRES_HOST"),
            "PORT": os.environ.get("POSTGRES_PORT"),
            "NAME": os.environ["SERVICE_DATABASE"],
            "USER": os.environ["SERVICE_DATABASE"],
            "PASSWORD": os.environ.get("POSTGRES_PASSWORD"),
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
        }
    },
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "rest_framework.authentication.TokenAuthentication",
            "rest_framework.authentication.SessionAuthentication",
        ],
        "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
        "PAGE_SIZE": 100,
    },
)
application = get_wsgi_application()

# Django must be set up before.
from django.contrib.auth import (  # noqa: E402
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
)
from django.contrib.auth.base_user import AbstractBaseUser  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402
from rest_framework.routers import DefaultRouter  # noqa: E402
from rest_framework.serializers import HyperlinkedModelSerializer  # noqa: E402
from rest_framework.viewsets import ModelViewSet  # noqa: E402


class Tweet(models.Model):  # noqa: DJ008
    text = models.CharField(max_length=280)
    timestamp = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "plain"
        db_table = "tweet_tweet"
        managed = False
        ordering = ["id"]


class TweetSerializer(HyperlinkedModelSerializer[Tweet]):
    class Meta:
        model = Tweet
        fields = ["id", "text", "timestamp", "url"]


class TweetViewSet(ModelViewSet[Tweet]):
    queryset = Tweet._default_manager.all()
    serializer_class = TweetSerializer


def health(_: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok")


router = DefaultRouter()
router.register("tweet", TweetViewSet)
urlpatterns = [
    path("healthcheck/", health),
    path("", include(router.urls)),
]


def session(user: AbstractBaseUser) -> str | None:
    """The key of a new session, in which the user is logged in."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return store.session_key


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("username")
    name = parser.parse_args().username
    call_command("migrate", "authtoken", verbosity=0)
    user, _ = get_user_model().objects.get_or_create(username=name)
    print(Token.objects.get_or_create(user=user)[0].key, session(user))


if __name__ == "__main__":
    main()

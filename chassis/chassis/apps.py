from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_save, pre_save
from django_prometheus.db import errors_total


class ChassisConfig(AppConfig):
    name = "chassis"

    def ready(self) -> None:
        import_module("chassis.checks")  # which registers them
        # Not at the top: it imports models, which Django loads after this module,
        # https://docs.djangoproject.com/en/5.2/ref/applications/
        credentials = import_module("chassis.credentials")
        # Without a sender: a proxy of the user model is another one.
        post_save.connect(credentials.end_access)
        pre_save.connect(credentials.end_tokens)
        tokens = credentials.AuthToken
        post_save.connect(credentials.forget_expired, sender=tokens)
        if settings.SENTRY_DSN:  # pragma: no cover - tests/server has it
            import_module("chassis.tracker").start()
        # From 0: a counter that begins at 1 has not risen, and no alert sees it.
        for timeout in ("QueryCanceled", "LockNotAvailable"):
            errors_total.labels("default", "postgresql", timeout)

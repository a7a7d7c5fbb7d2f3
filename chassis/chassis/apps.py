from importlib import import_module

from django.apps import AppConfig
from django.contrib.auth import get_user_model
from django.db.models.signals import post_save
from django_prometheus.db import errors_total


class ChassisConfig(AppConfig):
    name = "chassis"

    def ready(self) -> None:
        import_module("chassis.checks")  # which registers them
        credentials = import_module("chassis.credentials")
        post_save.connect(credentials.end_access, sender=get_user_model())
        # A counter that begins at 1 has not risen: the alert would miss the first timeout.
        for timeout in ("QueryCanceled", "LockNotAvailable"):
            errors_total.labels("default", "postgresql", timeout)

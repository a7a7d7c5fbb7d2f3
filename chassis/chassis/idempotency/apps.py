from importlib import import_module

from django.apps import AppConfig, apps
from django.contrib.auth import get_user_model
from django.db.models.signals import post_delete


class IdempotencyConfig(AppConfig):
    name = "chassis.idempotency"
    label = "chassis_idempotency"  # which no application of a service's has
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Not at the top: it imports models, which Django loads after this module.
        repeats = import_module("chassis.idempotency.repeats")
        # Not for every sender: then Django would read all rows that it deletes.
        for model in apps.get_models():
            if issubclass(model, get_user_model()):  # a proxy is another sender
                post_delete.connect(repeats.forget, sender=model)

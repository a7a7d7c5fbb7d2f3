from django.apps import AppConfig
from django_prometheus.db import errors_total


class HealthcheckConfig(AppConfig):
    name = "healthcheck"

    def ready(self) -> None:
        # A counter that begins at 1 has not risen: the alert would miss the first timeout.
        for timeout in ("QueryCanceled", "LockNotAvailable"):
            errors_total.labels("default", "postgresql", timeout)

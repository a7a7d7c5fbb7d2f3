"""The sample application's data."""

from django.db import models
from django_prometheus.models import ExportModelOperationsMixin


class Tweet(ExportModelOperationsMixin("tweet"), models.Model):  # type: ignore[misc]
    """A short text and when it was written."""

    text = models.CharField(max_length=280)
    timestamp = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text

"""What the tests of the platform write and read."""

from django.db import models
from django_prometheus.models import ExportModelOperationsMixin


class Item(ExportModelOperationsMixin("item"), models.Model):  # type: ignore[misc]
    """A short text."""

    text = models.CharField(max_length=280)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text

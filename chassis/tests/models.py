"""Rows and users for the chassis's tests."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


class User(AbstractUser):
    pass


class Note(models.Model):
    text = models.CharField(max_length=280)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text


class Task(models.Model):
    """A row with fields of all kinds that order rows, and of some that cannot."""

    position = models.IntegerField(unique=True)
    title = models.CharField(max_length=50, default="")
    created = models.DateTimeField(default=timezone.now)
    day = models.DateField(default=timezone.now)
    hour = models.TimeField(default="00:00")
    takes = models.DurationField(default="0")
    cost = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    weight = models.FloatField(default=0)
    code = models.UUIDField(default=uuid.uuid4)
    done = models.BooleanField(default=False)
    priority = models.SmallIntegerField(default=0)
    note = models.ForeignKey(Note, models.CASCADE, related_name="tasks")
    due = models.DateTimeField(null=True)
    body = models.TextField(default="")

    class Meta:
        ordering = ["-created"]
        indexes = [
            models.Index(fields=["created", "id"]),
            models.Index(fields=["-priority", "title", "id"]),
        ]

    def __str__(self) -> str:
        return self.title

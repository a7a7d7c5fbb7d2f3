"""Rows and users for the chassis's tests."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


class User(AbstractUser):
    following = models.ManyToManyField(
        "self", symmetrical=False, related_name="followers"
    )


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


class Tag(models.Model):
    name = models.CharField(max_length=20, unique=True)

    def __str__(self) -> str:
        return self.name


class Article(models.Model):
    """As the applications of RealWorld have it."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=80)
    author = models.ForeignKey(User, models.CASCADE, related_name="articles")
    tags = models.ManyToManyField(Tag, related_name="articles")
    favoured_by = models.ManyToManyField(User, related_name="favours")

    def __str__(self) -> str:
        return self.title


class Comment(models.Model):
    """On an article, or an answer to another comment."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, models.CASCADE, related_name="comments")
    answered = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="answers"
    )
    hidden = models.DateTimeField(null=True)
    body = models.TextField()

    def __str__(self) -> str:
        return self.body

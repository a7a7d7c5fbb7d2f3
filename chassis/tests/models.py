"""Rows and users for the chassis's tests."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    pass


class Note(models.Model):
    text = models.CharField(max_length=280)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text

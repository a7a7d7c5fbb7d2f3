"""Pets and what they are."""

from django.db import models

from pets.naming import LONGEST, tidy


class Kind(models.Model):
    """Such as a cat."""

    name = models.CharField(max_length=LONGEST, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Pet(models.Model):
    """An animal that somebody keeps."""

    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="pets")
    name = models.CharField(max_length=LONGEST)
    born = models.DateField(null=True, blank=True)
    arrived = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-arrived", "-id"]
        indexes = [models.Index(fields=["-arrived", "-id"], name="newest_first")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(name__startswith="x"), name="no_pet_begins_with_x"
            )
        ]

    def __str__(self) -> str:
        return tidy(self.name)

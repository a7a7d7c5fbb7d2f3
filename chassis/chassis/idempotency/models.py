"""What is kept of the answers to requests that a client may repeat."""

from django.db import models
from django.http import HttpResponse
from django.utils import timezone


class Answer(models.Model):
    """An answer to a request with the header Idempotency-Key."""

    # Not a foreign key: users may be rows of no table, and anonymous ones are none.
    owner = models.TextField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField()
    body = models.BinaryField()
    created = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "key"], name="chassis_idempotency_one_answer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.status} to {self.key}"

    def again(self) -> HttpResponse:
        """The same answer, with a header that tells that it is a repeat."""
        response = HttpResponse(bytes(self.body), status=self.status)
        del response["Content-Type"]  # Django's own; an answer without a body has none
        for name, value in self.headers.items():
            response[name] = value
        response["Idempotent-Replayed"] = "true"  # as Stripe names it
        return response

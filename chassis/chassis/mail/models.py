"""Mail that a worker has yet to send."""

import re
from email import message_from_bytes
from email.message import Message
from typing import Any, Self

from django.core.mail import EmailMessage
from django.db import models
from django.utils import timezone

from chassis.tasks import KEPT


class Mail(models.Model):
    """A message. Its task has only its number: whoever reads the queue reads no mail.

    The admin shows none: a message may let its reader set a password.
    """

    created = models.DateTimeField(default=timezone.now, db_index=True)
    sender = models.TextField()
    recipients = models.JSONField()
    content = models.BinaryField()  # as RFC 5322 has it

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"mail {self.pk}"

    @classmethod
    def keep(cls, message: EmailMessage) -> Self:
        """Raises what the message's own `message()` does where it is malformed."""
        content: bytes = message.message().as_bytes()
        return cls.objects.create(
            sender=str(message.from_email),
            recipients=[str(one) for one in message.recipients()],
            content=re.sub(rb"\r?\n", b"\r\n", content),
        )

    @classmethod
    def delete_old(cls) -> None:
        """Delete what could not be sent."""
        cls.objects.filter(created__lt=timezone.now() - KEPT).delete()

    def message(self) -> EmailMessage:
        """For the backend of EMAIL_URL; the bytes stay as they are."""
        return Kept(self.sender, self.recipients, bytes(self.content))


class Kept(EmailMessage):
    """A message whose bytes are known, to these recipients."""

    def __init__(self, sender: str, recipients: list[str], content: bytes) -> None:
        super().__init__(from_email=sender, to=recipients)
        self.content = content

    def message(self, **_: Any) -> Any:  # Django's options are for what it writes
        parsed = message_from_bytes(self.content, _class=Parsed)
        parsed.content = self.content
        return parsed


class Parsed(Message):
    """What a backend may read headers of."""

    content = b""

    def as_bytes(self, *_: Any, **__: Any) -> bytes:
        return self.content

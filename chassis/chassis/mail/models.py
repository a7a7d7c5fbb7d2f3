"""Mail that a worker has yet to send."""

import base64
from typing import Any, Self

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import models
from django.utils import timezone

from chassis.tasks import KEPT

FIELDS = ("subject", "body", "from_email", "to", "cc", "bcc", "reply_to")


class Mail(models.Model):
    """A message. Its task has only its number: whoever reads the queue reads no mail.

    The admin shows none: a message may let its reader set a password.
    """

    created = models.DateTimeField(default=timezone.now, db_index=True)
    content = models.JSONField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"mail {self.pk}"

    @classmethod
    def keep(cls, message: EmailMessage) -> Self:
        """Raises TypeError where an attachment is not (name, content, type)."""
        content: dict[str, Any] = {name: getattr(message, name) for name in FIELDS}
        content["headers"] = message.extra_headers
        content["subtype"] = message.content_subtype
        content["alternatives"] = [
            list(one) for one in getattr(message, "alternatives", [])
        ]
        content["attachments"] = [packed(one) for one in message.attachments]
        return cls.objects.create(content=content)

    @classmethod
    def delete_old(cls) -> None:
        """Delete what could not be sent."""
        cls.objects.filter(created__lt=timezone.now() - KEPT).delete()

    def message(self) -> EmailMessage:
        """As it was, for the backend of EMAIL_URL."""
        content = dict(self.content)
        subtype = content.pop("subtype")
        attachments = [
            (name, unpacked(data), kind) for name, data, kind in content["attachments"]
        ]
        message = EmailMultiAlternatives(**{**content, "attachments": attachments})
        message.content_subtype = subtype
        return message


def packed(attachment: Any) -> list[Any]:
    if not isinstance(attachment, tuple):
        raise TypeError("Attach mail as (name, content, type): a worker sends it.")
    name, content, kind = attachment
    if isinstance(content, bytes):
        content = {"base64": base64.b64encode(content).decode()}
    return [name, content, kind]


def unpacked(content: Any) -> Any:
    return base64.b64decode(content["base64"]) if isinstance(content, dict) else content

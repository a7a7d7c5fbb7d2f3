"""What Django hands mail to."""

from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class Refusal(BaseEmailBackend):
    """For a service that has no EMAIL_URL."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Raises ImproperlyConfigured."""
        raise ImproperlyConfigured("Mail cannot be sent: set EMAIL_URL.")


class Queue(BaseEmailBackend):
    """Leaves mail to a worker, in the transaction of what it tells of."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        # Not at the top: a service without tasks has Refusal alone, and none of these.
        from chassis.mail.models import Mail
        from chassis.mail.tasks import send

        for message in email_messages:
            send.enqueue(Mail.keep(message).pk)
        return len(email_messages)

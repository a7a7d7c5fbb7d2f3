"""Sends what the queue has."""

from django.conf import settings
from django.core.mail import get_connection

from chassis.mail.models import Mail
from chassis.tasks import retried
from chassis.tasks.tasks import task


@retried(10)
@task
def send(number: int) -> None:
    """Send a message and delete it, so that another run does nothing."""
    for mail in Mail.objects.filter(pk=number):
        connection = get_connection(settings.MAIL_BACKEND)
        connection.send_messages([mail.message()])
        mail.delete()

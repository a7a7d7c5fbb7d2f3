"""Sends what the queue has."""

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.core.mail import get_connection
from django.utils import translation

from chassis.mail.models import Mail
from chassis.tasks import retried
from chassis.tasks.tasks import task


def last(task: Any) -> Any:
    """Other tasks that are due go first: a mail server that hangs holds a worker."""
    return task.using(priority=-100)


@retried(10)
@last
@task
def send(number: int) -> None:
    """Send a message and delete it, so that another run does nothing."""
    for mail in Mail.objects.filter(pk=number):
        connection = get_connection(settings.MAIL_BACKEND)
        connection.send_messages([mail.message()])
        mail.delete()


@task
def forgotten(address: str, domain: str, secure: bool, language: str) -> None:
    """Mail who has this address, if anybody, a link to set a password anew."""
    form = PasswordResetForm({"email": address})
    with translation.override(language):
        if form.is_valid():
            form.save(domain_override=domain, use_https=secure)

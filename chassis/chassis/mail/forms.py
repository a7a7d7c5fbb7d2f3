"""The form for a forgotten password."""

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest
from django.utils.translation import get_language

DEFERRED = "chassis.mail.backends.Queue"


class ForgottenForm(PasswordResetForm):
    """Django's; where a worker sends mail, it also looks for the account.

    So the time of the answer tells nobody whether there is one.
    """

    def save(self, *arguments: Any, **options: Any) -> None:
        if settings.EMAIL_BACKEND != DEFERRED:
            super().save(*arguments, **options)
            return
        # Not at the top: a service without tasks has none of these.
        from chassis.mail.tasks import forgotten

        request: HttpRequest = options["request"]
        forgotten.enqueue(
            self.cleaned_data["email"],
            get_current_site(request).domain,
            request.is_secure(),
            get_language(),
        )

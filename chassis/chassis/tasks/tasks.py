"""What every service with the extra does at night."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management import call_command
from knox.models import AuthToken

from chassis.credentials import expired
from chassis.idempotency import repeats
from chassis.mail.models import Mail
from chassis.tasks import KEPT, interface, scheduled

# In the first of the service's queues.
task: Callable[[Callable[..., None]], Any] = import_module(interface()).task(
    queue_name=next(iter(settings.TASKS["default"]["QUEUES"]))
)


@scheduled("17 3 * * *")
@task
def clean() -> None:
    """Delete what is old: sessions, tokens, answers that were kept, mail, tasks.

    Of tasks those that were done a day ago, and 14 days ago those that failed.
    """
    call_command("clearsessions")
    AuthToken.objects.filter(expired()).delete()
    call_command(
        "prune_db_task_results",
        queue_name="*",
        min_age_days=1,
        failed_min_age_days=KEPT.days,
        verbosity=0,
    )
    Mail.delete_old()
    repeats.delete_old()

"""What the tests of the platform let a worker do."""

import logging
import time

from chassis.tasks import retried, scheduled
from django_tasks import task

from item.models import Item

logger = logging.getLogger(__name__)


@retried(3)
@task
def write(text: str, seconds: float) -> None:
    """Write an item after some seconds; one with the text `fail` never."""
    logger.info("Writing %s.", text)
    time.sleep(seconds)
    if text == "fail":
        raise ValueError(text)
    Item.objects.create(text=text)


@scheduled("* * * * *")
@task
def tick() -> None:
    """Write an item each minute."""
    Item.objects.create(text="tick")

import logging
import time
from functools import partial
from typing import Any

from chassis.worker import repeat
from django.core.management.base import BaseCommand, CommandParser

from item.models import Item

logger = logging.getLogger(__name__)


def count_items(seconds: float) -> None:
    logger.info("Counting.")
    time.sleep(seconds)
    logger.info("There are %s items.", Item.objects.count())


class Command(BaseCommand):
    help = "Tell ten times a second how many items there are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--seconds", type=float, default=0, help="how long it takes"
        )

    def handle(self, **options: Any) -> None:
        repeat("count-items", partial(count_items, options["seconds"]), seconds=0.1)

import logging

from chassis.worker import repeat
from django.core.management.base import BaseCommand

from item.models import Item

logger = logging.getLogger(__name__)


def count_items() -> None:
    logger.info("There are %s items.", Item.objects.count())


class Command(BaseCommand):
    help = "Tell ten times a second how many items there are."

    def handle(self, **options: object) -> None:
        repeat("count-items", count_items, seconds=0.1)

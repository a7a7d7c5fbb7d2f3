"""manage.py writeerrors: the errors that nginx answers by itself."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chassis import error_format


class Command(BaseCommand):
    help = "Write STATUS.json for every error status, and type.conf, to a directory, for nginx."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path)

    def handle(self, *arguments: Any, **options: Any) -> None:
        if sentence := error_format.fault():
            raise CommandError(sentence)
        for name, content in error_format.files().items():
            (options["directory"] / name).write_bytes(content)

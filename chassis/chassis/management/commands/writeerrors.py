"""manage.py writeerrors: the errors that web servers answer by themselves."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chassis import error_format


class Command(BaseCommand):
    help = "Write the errors of web servers, and their media type, to a directory."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path)

    def handle(self, *arguments: Any, **options: Any) -> None:
        if sentence := error_format.fault():
            raise CommandError(sentence)
        for name, content in error_format.files().items():
            (options["directory"] / name).write_bytes(content)

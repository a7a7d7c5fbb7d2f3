"""manage.py writeerrors: the errors that nginx answers by itself."""

from argparse import ArgumentParser
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from rest_framework.renderers import JSONRenderer

from chassis import error_format


class Command(BaseCommand):
    help = "Write STATUS.json for every error status, and type.conf, to a directory, for nginx."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path)

    def handle(self, *arguments: Any, **options: Any) -> None:
        form = error_format.current()
        for status in HTTPStatus:
            if status.is_client_error or status.is_server_error:
                body = JSONRenderer().render(form.body(status, f"{status.phrase}."))
                (options["directory"] / f"{status.value}.json").write_bytes(body + b"\n")
        # nginx includes this file in the location of the JSON files.
        (options["directory"] / "type.conf").write_text(
            f'types {{}}\ndefault_type "{form.media_type}";\n'
        )

"""manage.py createtoken: a token for a program or a person."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from knox.models import get_token_model


class Command(BaseCommand):
    help = "Make a token for a user and print it: this once, as only its hash is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        expiry = parser.add_mutually_exclusive_group(required=True)
        expiry.add_argument("--days", type=int, metavar="N", help="how long it holds")
        expiry.add_argument(
            "--forever", action="store_true", help="it holds until it is deleted"
        )

    def handle(self, *arguments: Any, **options: Any) -> None:
        users, name, days = get_user_model(), options["username"], options["days"]
        if days is not None and not 0 < days < 100_000:
            raise CommandError("--days must be a whole number from 1 to 99999.")
        try:
            user = users._default_manager.get_by_natural_key(name)
        except users.DoesNotExist:
            raise CommandError(
                f"There is no user {name}; "
                "manage.py createsuperuser or the admin makes one."
            ) from None
        if not user.is_active:
            raise CommandError(f"{name} is not active: a token would not be accepted.")
        token, text = get_token_model().objects.create(
            user, expiry=days and timedelta(days=days)
        )
        self.stderr.write(
            f"It holds until {token.expiry:%Y-%m-%d %H:%M %Z}."
            if token.expiry
            else "It never expires."
        )
        self.stdout.write(text)

"""Reads settings from environment variables, or from the files that NAME_FILE names."""

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from environs import FileAwareEnv
from environs.exceptions import EnvValidationError


def each(validator: Callable[[Any], Any]) -> Callable[[Iterable[Any]], None]:
    """A validator of a list, by that of one item."""

    def validate(items: Iterable[Any]) -> None:
        for item in items:
            validator(item)

    return validate


class Environment(FileAwareEnv):
    """An environs reader that ends the process with one sentence for what is wrong.

    Values are collected first and judged by `seal`, so that a person sees every
    missing or malformed variable at once.
    """

    def __init__(self) -> None:
        super().__init__(eager=False)

    def _get_value(self, env_key: str, default: Any) -> Any:
        file_key = f"{env_key}{self.file_suffix}"
        if os.environ.get(env_key) and os.environ.get(file_key):
            raise SystemExit(f"settings: set {env_key} or {file_key}, not both.")
        try:
            # environs has no public hook for the text of a variable.
            value = super()._get_value(env_key, default)
        except ValueError as error:
            raise SystemExit(f"settings: {error}") from None
        # A file that a person wrote ends with a newline, which is no part of the value.
        value = value.rstrip("\r\n") if isinstance(value, str) else value
        if os.environ.get(file_key) and not value:
            raise SystemExit(f"settings: {file_key} names an empty file.")
        return value

    def words(self, name: str, *default: list[str], **options: Any) -> list[str]:
        """A list by commas, without the space around its items."""
        found: list[str] = cast("Any", self.list)(
            name, *default, subcast=str.strip, **options
        )
        return found

    def seal(self) -> None:
        """End the reading.

        Raises:
            SystemExit: a variable is missing or malformed; the message names each.
        """
        try:
            cast("Any", super()).seal()  # typed since environs 15
        except EnvValidationError as error:
            messages = cast("Mapping[str, list[str]]", error.error_messages)
            faults = (
                f"{name}: {' '.join(faults)}" for name, faults in messages.items()
            )
            raise SystemExit(f"settings: {' '.join(faults)}") from None

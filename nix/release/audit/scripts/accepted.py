"""Findings that somebody accepted for a time: the root's file audit.toml.

[[accepted]]
id = "CVE-2026-1234"
package = "libxml2"
reason = "the service parses no XML"
until = 2027-01-31
"""

import json
import tomllib
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from packages import Answer, State

KEYS = {"id": str, "package": str, "reason": str, "until": date}


@dataclass(frozen=True)
class Accepted:
    """One finding, accepted up to and with a day; without one, a test shows why."""

    id: str
    package: str
    reason: str
    until: date | None

    def is_of(self, answer: Answer) -> bool:
        return self.package in (answer.package.name, answer.package.source)

    def covers(self, answer: Answer, ids: frozenset[str]) -> bool:
        return self.is_of(answer) and self.id in ids


def read(file: Path) -> list[Accepted]:
    """What a file accepts; nothing where there is none.

    Raises:
        ValueError: the file is not as it should be; the text is one sentence that says
            how.
    """
    if not file.exists():
        return []
    try:
        document = tomllib.loads(file.read_text())
    except (ValueError, OSError) as error:
        raise ValueError(f"{file.name} is no TOML: {error}.") from error
    document.pop("not-affected", None)  # which a test shows: shown()
    entries = document.pop("accepted", [])
    if document or not isinstance(entries, list):
        raise ValueError(
            f"{file.name} has more than [[accepted]] and [[not-affected]]."
        )
    return [
        accepted(file.name, number, entry) for number, entry in enumerate(entries, 1)
    ]


def shown(file: Path) -> list[Accepted]:
    """What does not affect the images, by what ../../vex has shown."""
    return [
        Accepted(one["id"], one["package"], one["reason"], until=None)
        for one in json.loads(file.read_text())
    ]


def accepted(file: str, number: int, entry: object) -> Accepted:
    if not isinstance(entry, dict) or set(entry) != set(KEYS):
        raise ValueError(
            f"{file}: entry {number} needs {', '.join(KEYS)}, and nothing else."
        )
    for key, kind in KEYS.items():
        if type(entry[key]) is not kind or not entry[key]:
            text = (
                "a date, as 2027-01-31" if kind is date else "a text that is not empty"
            )
            raise ValueError(f"{file}: {key} of entry {number} is not {text}.")
    return Accepted(**entry)


def apply(answers: list[Answer], entries: list[Accepted], today: date) -> list[Answer]:
    """The answers without what is accepted.

    Those that have nothing else get the state ACCEPTED.
    """
    valid = [one for one in entries if one.until is None or one.until >= today]
    return [without(answer, valid) if answer.ids else answer for answer in answers]


def without(answer: Answer, entries: list[Accepted]) -> Answer:
    covering = [
        entry
        for entry in entries
        if any(entry.covers(answer, ids) for ids in answer.ids)
    ]
    rest = tuple(
        ids
        for ids in answer.ids
        if not any(one.covers(answer, ids) for one in covering)
    )
    if rest:
        return replace(answer, ids=rest)
    reasons = "; ".join(map(because, covering))
    return replace(answer, state=State.ACCEPTED, ids=(), says=reasons)


def because(one: Accepted) -> str:
    if one.until is None:
        return f"{one.id} does not affect it: {one.reason}"
    return f"{one.id} until {one.until}: {one.reason}"


def remarks(answers: list[Answer], entries: list[Accepted], today: date) -> list[str]:
    """A sentence for each entry that has ended or covers nothing that was found."""
    said = []
    for entry in entries:
        if entry.until is None:
            continue
        what = f"audit.toml accepts {entry.id} in {entry.package}"
        own = [answer for answer in answers if entry.is_of(answer)]
        if entry.until < today:
            said.append(
                f"{what} until {entry.until}, which is over: renew the day or fix it."
            )
        elif any(answer.state is State.NOT_CHECKED for answer in own):
            continue  # nobody knows
        elif not any(entry.covers(answer, ids) for answer in own for ids in answer.ids):
            said.append(f"{what}, but it was not found: remove the entry.")
    return said

"""What is known of one input of the tree: what is locked, newest, and between."""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """What is to be done comes first."""

    BEHIND = "behind"
    HELD = "held"
    NOT_ASKED = "not asked"
    CURRENT = "current"


@dataclass(frozen=True)
class Row:
    """One input of the tree."""

    kind: str
    name: str
    locked: str
    newest: str = ""  # nothing where nobody told it
    allowed: str = ""  # the newest that a command of the tree can bring
    age: int | None = None  # of what is locked, in days
    says: str = ""
    security: tuple[str, ...] = ()  # what is told of faults that were mended since

    @property
    def state(self) -> State:
        if not self.newest or not self.allowed:
            return State.NOT_ASKED
        if self.allowed != self.locked:
            return State.BEHIND
        return State.CURRENT if self.newest == self.locked else State.HELD

    def replace(self, **fields: Any) -> "Row":
        return replace(self, **fields)

    def document(self) -> dict[str, Any]:
        """For machines."""
        return {"state": self.state, **asdict(self)}


def days_since(moment: datetime | None) -> int | None:
    """Whole days from an aware time until now."""
    return (datetime.now(UTC) - moment).days if moment else None

"""A value of the request that is answered, for what Django keeps in asgiref's Local.

That looks for an event loop at each access; a ContextVar goes along to an async view
as well, https://github.com/django/asgiref/blob/main/asgiref/local.py
"""

from contextvars import ContextVar
from typing import Any

NOTHING = object()


class ContextValue:
    """Has the attribute `value`, or has it not."""

    def __init__(self, name: str) -> None:
        self.current: ContextVar[Any] = ContextVar(name, default=NOTHING)

    @property
    def value(self) -> Any:
        found = self.current.get()
        if found is NOTHING:
            raise AttributeError("value")
        return found

    @value.setter
    def value(self, new: Any) -> None:
        self.current.set(new)

    @value.deleter
    def value(self) -> None:
        self.current.set(NOTHING)

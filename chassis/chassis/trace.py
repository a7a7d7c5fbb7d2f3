"""The trace that a request belongs to, across services.

nginx takes it from a trusted proxy, or begins one. It costs no library: spans are
chassis.telemetry's.
Source: W3C Trace Context, https://www.w3.org/TR/trace-context/
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

PARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})")


class Trace(NamedTuple):
    """32 hexadecimal digits, and 2 for its flags: `01` where somebody keeps spans."""

    trace_id: str
    flags: str

    def parent(self) -> str:
        """The header `traceparent` of a call that belongs to this trace."""
        return f"00-{self.trace_id}-{secrets.token_hex(8)}-{self.flags}"


current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def new() -> Trace:
    return Trace(secrets.token_hex(16), "00")


def of_request(environ: Mapping[str, str]) -> Trace:
    """The trace that a WSGI environ names; where it names none, a new one."""
    if found := PARENT.fullmatch(environ.get("HTTP_TRACEPARENT", "")):
        return Trace(*found.groups())
    # nginx has begun one, and written its id to the access line.
    begun = environ.get("TRACE_ID")
    return Trace(begun, "00") if begun else new()


@contextmanager
def followed(trace: Trace) -> Iterator[None]:
    """Let log lines and outgoing calls belong to a trace meanwhile."""
    token = current.set(trace)
    try:
        yield
    finally:
        current.reset(token)

"""The id of the request that is answered, or of the task that runs, in log lines."""

import uuid
from contextvars import ContextVar

current: ContextVar[str | None] = ContextVar("request_id", default=None)


def new() -> str:
    return uuid.uuid4().hex

"""A database that is away for a moment, such as one that restarts."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

# What PostgreSQL says when it starts or stops; the last to who is just logging in.
RESTARTS = re.compile(
    "the database system is|terminating connection due to|canceling authentication"
)
# What libpq, psycopg and the kernel say of a server that is not there (yet).
ABSENT = re.compile(
    "could not translate host name|failed to resolve host|Connection refused"
    "|timeout expired|No route to host|Network is unreachable|Connection reset by peer"
    "|closed the connection unexpectedly|SYSCALL error|socket .* failed"
)
PAUSE = 0.1  # seconds between two attempts to connect
FORGOTTEN = 60  # seconds after the last attempt: another one is of a new outage


class Outage:
    """How long the database has been away, as this process knows, and who waits for it.

    Requests wait until `DATABASE_WAIT_SECONDS` after its begin, whenever they came:
    later ones fail at once, or they would fill the workers one after the other.
    """

    def __init__(self) -> None:
        self.begun: float | None = None  # of the monotonic clock, as is the next
        self.seen = 0.0
        self.patient = threading.local()

    def note(self) -> None:
        """An attempt to connect failed."""
        now = time.monotonic()
        if self.begun is None or now - self.seen > FORGOTTEN:
            self.begun = now
        self.seen = now

    def end(self) -> None:
        self.begun = None

    def is_short(self) -> bool:
        """Whether the database is away, and not for longer than requests wait."""
        return (
            self.begun is not None
            and time.monotonic() - self.begun < settings.DATABASE_WAIT_SECONDS
        )

    @contextmanager
    def waited_for(self) -> Iterator[None]:
        """Let this thread wait meanwhile; probes and commands do not."""
        self.patient.waits = True
        try:
            yield
        finally:
            self.patient.waits = False

    def is_waited_for(self) -> bool:
        return getattr(self.patient, "waits", False)

    def wait(self) -> bool:
        """Wait a little where this thread may; whether to try again."""
        if not (self.is_waited_for() and self.is_short()):
            return False
        time.sleep(PAUSE)
        return True


outage = Outage()


def is_away(error: Exception) -> bool:
    """Whether a connection failed as it does while a database restarts.

    What PostgreSQL refuses (a password, a role) it refuses again, and one that is
    silent has had its time. No driver gives these errors a code.
    """
    return not is_refusal(error) and not is_silent(error)


def is_refusal(error: Exception) -> bool:
    """Whether PostgreSQL is there, and does not let this in."""
    text = str(error)
    return "FATAL:" in text and RESTARTS.search(text) is None


def is_silent(error: Exception) -> bool:
    """Whether a connection failed as nothing answered, in all the time that it had."""
    return "timeout expired" in str(error)


def is_absent(error: Exception) -> bool:
    """Whether a connection failed as it does until a database has begun to serve.

    What PostgreSQL refuses, and what is wrong with certificates, stays so.
    """
    text = str(error)
    return RESTARTS.search(text) is not None or (
        not is_refusal(error) and ABSENT.search(text) is not None
    )

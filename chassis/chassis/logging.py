"""Log lines to the local syslog socket, and to standard error while it is away."""

import logging
import logging.handlers
import socket
import sys
import time

from chassis import request_id, trace


class RequestID(logging.Filter):
    """Gives a line the id of the request that is answered."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.current.get() or "none"
        return True


class TraceID(logging.Filter):
    """Gives a line the id of the request's trace, as it has the request's id."""

    def filter(self, record: logging.LogRecord) -> bool:
        followed = trace.current.get()
        record.trace_id = followed.trace_id if followed else "none"
        return True


class Seldom(logging.Filter):
    """Lets a line through once a minute."""

    seconds = 60
    until = 0.0  # of the monotonic clock

    def filter(self, record: logging.LogRecord) -> bool:
        now = time.monotonic()
        if now < self.until:
            return False
        self.until = now + self.seconds
        return True


class NoValues(logging.Filter):
    """Cuts the client's own Referer or Origin off the reason of a CSRF failure."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple) and record.args:
            reason, *others = record.args
            record.args = (str(reason).partition(" - ")[0], *others)
        return True


def printable(character: str) -> str:
    """It, or its escape; a line break as the syslog daemon writes one."""
    if character == "\n":
        return "#012"
    return character if character.isprintable() else ascii(character)[1:-1]


class SyslogHandler(logging.handlers.SysLogHandler):
    """The standard library's handler, which never waits and loses no line.

    Each line that the socket does not take at once goes to standard error. The next
    line tries the socket again.
    """

    socket: socket.socket
    ident = "django: "
    append_nul = False
    longest = 16_000  # bytes; the syslog daemon takes a little more

    def _connect_unixsocket(self, address: str) -> None:
        # emit() connects anew by this method, and not by the public createSocket().
        super()._connect_unixsocket(address)  # type: ignore[misc]
        # A full socket refuses a line instead of holding the request.
        self.socket.setblocking(False)

    def format(self, record: logging.LogRecord) -> str:
        """The line, cut in its middle if too long, with control characters escaped."""
        text = super().format(record)
        if not text.isprintable():
            text = "".join(map(printable, text))
        line = text.encode()
        if len(line) <= self.longest:
            return text
        # A traceback's reason is at its end.
        kept = (line[: self.longest // 4], line[-self.longest * 3 // 4 + 5 :])
        return " ... ".join(part.decode(errors="ignore") for part in kept)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        print(self.format(record), file=sys.stderr)

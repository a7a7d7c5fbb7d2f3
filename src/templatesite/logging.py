"""Log lines to the local syslog socket, and to standard error while it is away."""

import logging
import logging.handlers
import socket
import sys


class NoValues(logging.Filter):
    """Cuts off what the reason of a CSRF failure quotes: a Referer or an Origin, which the client chose."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple) and record.args:
            reason, *others = record.args
            record.args = (str(reason).partition(" - ")[0], *others)
        return True


class SyslogHandler(logging.handlers.SysLogHandler):
    """The standard library's handler, which never waits and loses no line.

    Each line that the socket does not take at once goes to standard error. The next
    line tries the socket again.
    """

    socket: socket.socket
    ident = "django: "
    append_nul = False

    def _connect_unixsocket(self, address: str) -> None:
        super()._connect_unixsocket(address)  # type: ignore[misc]
        # A full socket refuses a line instead of holding the request.
        self.socket.setblocking(False)

    def format(self, record: logging.LogRecord) -> str:
        """As it is, but for characters that a reader could take for the end of a line or a terminal obey."""
        text = super().format(record)
        if text.isprintable():
            return text
        # The syslog daemon makes #012 of line breaks.
        return "".join(
            character if character.isprintable() or character == "\n" else ascii(character)[1:-1] for character in text
        )

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        print(self.format(record), file=sys.stderr)

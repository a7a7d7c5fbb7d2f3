"""Django's backend for PostgreSQL with django-prometheus's counters.

Its check of a kept connection costs no round trip.
"""

import select

from django_prometheus.db.backends.postgresql import base

IDLE = 0  # libpq's PQTRANS_IDLE, for every driver


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    """A connection that asks the server for its health only if it seems unwell."""

    def is_usable(self) -> bool:
        """Whether the connection still works.

        Between requests a server says nothing. If it ends a connection, there is
        something to read: its last words, or the end. That takes no time; a question
        takes a round trip, and is asked after any error, too. A server that vanishes
        without a word is noticed by the kernel's keepalive some seconds later; a
        request before that is answered 503.
        """
        return (self.is_idle() and self.is_silent()) or super().is_usable()

    def is_idle(self) -> bool:
        """Whether nothing went wrong that this side knows of."""
        if self.connection is None or self.connection.closed or self.errors_occurred:
            return False
        return bool(self.connection.info.transaction_status == IDLE)

    def is_silent(self) -> bool:
        """Whether there is nothing to read."""
        poll = select.poll()
        poll.register(self.connection, select.POLLIN)
        return not poll.poll(0)

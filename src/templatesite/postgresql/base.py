"""Django's database backend for PostgreSQL, with django-prometheus's counters and a cheap health check."""

import select

from django_prometheus.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    """One that asks the server whether a kept connection is well only when there is a sign that it is not."""

    def is_usable(self) -> bool:
        """Whether the connection still works.

        Between requests a server says nothing. If it ends a connection, there is something to
        read: its last words, or the end. That takes no time; a question takes a round trip.
        """
        silent = select.poll()
        silent.register(self.connection, select.POLLIN)
        return not silent.poll(0) or super().is_usable()

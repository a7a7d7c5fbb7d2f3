"""Django's backend for PostgreSQL, with django-prometheus's metrics.

Its check of a kept connection costs no round trip, and requests wait for a database
that restarts.
"""

import re
import select
from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.backends.postgresql import base

from chassis.postgresql.counting import count_statement, counted_connection
from chassis.postgresql.outage import is_away, is_silent, outage
from chassis.postgresql.silence import silence

IDLE = 0  # libpq's PQTRANS_IDLE, for every driver
# A question for rows as Django writes it. One that a person wrote may call a function
# that writes.
ROWS = re.compile(r'SELECT (DISTINCT )?("|COUNT\(|1 AS ")')


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that asks the server for its health only if it seems unwell.

    In a request it waits for a server that restarts, and asks it again for rows where
    the answer was cut off outside a transaction.
    """

    Database: Any  # the driver, which Django's types know from 6.0 on

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.execute_wrappers.append(self.ask_again)

    def get_new_connection(self, parameters: dict[str, Any]) -> Any:
        while True:
            try:
                with silence.kept(), counted_connection(self.alias):
                    connection = super().get_new_connection(parameters)
            except self.Database.OperationalError as error:
                # While a name moves from one server to another, some ask nobody.
                if not (is_away(error) or (outage.is_short() and is_silent(error))):
                    raise
                outage.note()
                if not outage.wait():
                    raise
            else:
                outage.end()
                return connection

    def ask_again(
        self,
        execute: Callable[..., Any],
        sql: Any,
        parameters: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        """Execute a statement, twice where that does no harm and the server ended."""
        asked = sql, parameters, many, context
        try:
            return count_statement(self.alias, execute, *asked)
        except (OperationalError, InterfaceError):
            if not (outage.is_waited_for() and self.is_cut_off() and ROWS.match(sql)):
                raise
        self.close()
        context["cursor"].cursor = self.cursor().cursor
        return count_statement(self.alias, execute, *asked)

    def is_cut_off(self) -> bool:
        """Whether the connection ended outside a transaction."""
        return bool(self.autocommit and self.connection and self.connection.closed)

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

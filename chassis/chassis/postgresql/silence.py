"""A database that does not even refuse, such as one whose machine is gone."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Silence:
    """For how long one that was slow to fail is not asked again.

    Each attempt to connect to it takes seconds. Requests would fill the workers one
    after the other, and a probe would wait behind them: they fail at once meanwhile, as
    the last attempt did.
    """

    SLOW = 2.0  # seconds; what refuses does so at once, also beside other work
    SECONDS = 2.0

    def __init__(self) -> None:
        self.until = 0.0  # of the monotonic clock
        self.error: Exception | None = None

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Around an attempt to connect.

        Raises:
            Exception: what the last attempt raised, without another one.
        """
        begun = time.monotonic()
        if self.error and begun < self.until:
            raise type(self.error)(*self.error.args)
        try:
            yield
        except Exception as error:
            ended = time.monotonic()
            if ended - begun > self.SLOW:
                self.error, self.until = error, ended + self.SECONDS
            raise


silence = Silence()

"""What a request asks of the database: how often, and for how long."""

import threading


class Work(threading.local):
    """Of this thread, since the last `begin`."""

    queries = 0
    seconds = 0.0

    def begin(self) -> None:
        self.queries, self.seconds = 0, 0.0

    def add(self, seconds: float) -> None:
        self.queries += 1
        self.seconds += seconds


work = Work()

"""A program that a test starts, stops and kills; no wait is without a limit."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from support.waiting import wait_until


class Program:
    """One process. A subclass says when it is ready.

    Args:
        command: the program and its arguments.
        variables: what its environment has beside the test's own.
        output: a file for what it prints; the test's own output by default.
    """

    stop_signal = signal.SIGTERM
    patience = 240  # seconds, to become ready and to end, beside other work
    process: subprocess.Popen[bytes]

    def __init__(
        self,
        command: Sequence[str],
        variables: Mapping[str, str] | None = None,
        output: Path | None = None,
    ) -> None:
        self.command = command
        self.output_file = output
        self.environment = {**os.environ, **(variables or {})}

    def start(self) -> None:
        """Start it and wait until it is ready.

        Raises:
            AssertionError: it ended instead.
            TimeoutError: it did not become ready in time.
        """
        with (
            self.output_file.open("ab") if self.output_file else nullcontext() as output
        ):
            self.process = subprocess.Popen(
                self.command, env=self.environment, stdout=output, stderr=output
            )
        wait_until(self.is_up, self.patience)

    def is_up(self) -> bool:
        assert self.process.poll() is None, (
            f"{self.command[0]} ended with {self.process.returncode}"
        )
        return self.is_ready()

    def is_ready(self) -> bool:
        return True

    def is_running(self) -> bool:
        return hasattr(self, "process") and self.process.poll() is None

    def stop(self) -> int:
        """Ask it to end; its exit status. What does not end in time is killed.

        Raises:
            subprocess.TimeoutExpired: it had to be killed.
        """
        self.process.send_signal(self.stop_signal)
        try:
            return self.process.wait(self.patience)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(self.patience)

    def end(self) -> None:
        """Stop it if it runs, after a test that may have ended it."""
        if self.is_running():
            self.stop()


@contextmanager
def running[P: Program](program: P) -> Iterator[P]:
    """Start a program, and end it after the tests that use it."""
    try:
        program.start()
        yield program
    finally:
        program.end()


@contextmanager
def kept[P: Program](program: P) -> Iterator[P]:
    """Start a program, and again whenever it ends, as containers are, until the end."""
    over = threading.Event()

    def keep() -> None:
        while not over.wait(0.1):
            if not program.is_running():
                # It may have been killed again meanwhile.
                with suppress(AssertionError, TimeoutError):
                    program.start()

    keeper = threading.Thread(target=keep)
    keeper.start()
    try:
        yield program
    finally:
        over.set()
        keeper.join()
        program.end()

"""The programs that a script starts, and the signals that end them."""

import ctypes
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def require(program: str, caller: str) -> None:
    """End with a sentence where this user cannot run it.

    Raises:
        SystemExit: there is no such program.
    """
    if not shutil.which(program):
        sys.exit(
            f"{caller}: {program} is no program that can be run; "
            "check its name and whether it is on PATH."
        )


def exit_status(returncode: int) -> int:
    """As a shell has it: 128 and the signal where one ended the program."""
    return returncode if returncode >= 0 else 128 - returncode


def end_with_parent() -> None:
    """In a new process: get SIGTERM when its parent is gone, such as by SIGKILL."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Programs:
    """Each of the signals ends them all, also the one that is just being started.

    The kernel ends them where this process is killed.
    """

    def __init__(self, signals: Iterable[signal.Signals]) -> None:
        self.started: list[subprocess.Popen[bytes]] = []
        self.stopped_by = 0
        for number in signals:
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup
                signal.signal(number, self.stop)

    def start(self, arguments: list[str], **options: Any) -> subprocess.Popen[bytes]:
        program: subprocess.Popen[bytes] = subprocess.Popen(
            arguments, preexec_fn=end_with_parent, **options
        )
        self.started.append(program)
        if self.stopped_by:
            program.terminate()
        return program

    def stop(self, number: int = signal.SIGTERM, _frame: object = None) -> None:
        self.stopped_by = number
        for program in reversed(self.started):
            program.terminate()

    def run_in_front(self, arguments: list[str], environment: dict[str, str]) -> int:
        """Run the person's own command, which alone gets Ctrl-C; its exit status."""
        signal.signal(signal.SIGINT, lambda *_: None)
        return exit_status(self.start(arguments, env=environment).wait())

    def fail(self, sentence: str) -> NoReturn:
        """End with the sentence, or silently where it comes of a signal."""
        sys.exit(128 + self.stopped_by if self.stopped_by else sentence)

    def end(self) -> None:
        self.stop(self.stopped_by or signal.SIGTERM)
        for program in self.started:
            program.wait()

"""How far something is that takes long."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from backup.settings import report

SECONDS = 30  # between two lines of a log; a terminal has one, which changes


def size(folder: Path) -> int:
    """The bytes of its files; what goes meanwhile is left out."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += Path(parent, name).lstat().st_size
    return total


def megabytes(number: int) -> str:
    return f"{number / 1e6:,.0f} MB"


def percent(part: int, whole: int) -> str:
    return f"{min(100 * part // max(whole, 1), 99)} %"


@contextmanager
def progress(what: str, far: Callable[[], str]) -> Iterator[None]:
    """Tell meanwhile how far it is.

    Args:
        far: says it, such as `45 %`, in another thread.
    """
    terminal, ended = sys.stdout.isatty(), threading.Event()

    def tell() -> None:
        while not ended.wait(1 if terminal else SECONDS):
            if terminal:
                print(f"\rbackup: {what}: {far()}", end="", flush=True)
            else:
                report(f"{what}: {far()}")

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()
        if terminal:
            print("\r\033[K", end="", flush=True)

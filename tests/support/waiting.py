"""What the tests of real processes share."""

import time
from collections.abc import Callable
from pathlib import Path


def wait_until(condition: Callable[[], object], seconds: float = 240) -> None:
    """Return once the condition holds.

    Raises:
        TimeoutError: it did not in time.
    """
    begun = time.monotonic()
    while not condition():
        waited = time.monotonic() - begun
        if waited > seconds:
            raise TimeoutError(condition)
        # Longer and longer: what is waited for needs the processor, too.
        time.sleep(min(0.05 + waited / 20, 0.5))


def children(pid: int) -> list[int]:
    return [
        int(child)
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    ]

"""What all workers of a server remember."""

import mmap


class Once:
    """Whether something has happened, as this process and all that it forks know.

    uWSGI's master makes it before it forks: a worker that takes another one's place
    knows it, too, and the next start of the server knows nothing.
    """

    def __init__(self) -> None:
        self.memory = mmap.mmap(-1, 1)  # shared, and of no file

    def note(self) -> None:
        self.memory[0] = 1

    def forget(self) -> None:
        self.memory[0] = 0

    def has_happened(self) -> bool:
        return bool(self.memory[0])

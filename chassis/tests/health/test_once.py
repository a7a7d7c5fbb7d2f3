import os

import pytest

from chassis.health.once import Once


# Where a test before this one has left a thread: the child does nothing with it.
@pytest.mark.filterwarnings("ignore:.* use of fork:DeprecationWarning")
def test_what_one_process_notes_the_others_know():
    before, other = Once(), Once()
    if not (child := os.fork()):
        before.note()
        os._exit(0)
    os.waitpid(child, 0)
    assert before.has_happened()
    assert not other.has_happened()
    before.forget()
    assert not before.has_happened()

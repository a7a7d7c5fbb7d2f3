"""Encryption with age: for public keys, so that what encrypts cannot read."""

import gzip
import os
import subprocess
import tarfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from backup.settings import fail

OTHER_KEY = "no identity matched"


class DamagedError(OSError):
    """A file of the store is not as it was written."""


def refuse_recipients(recipients: Sequence[str]) -> None:
    """See that age takes them.

    Raises:
        SystemExit: there is none, or age does not take one.
    """
    if not recipients:
        fail(
            "BACKUP_ELSEWHERE needs BACKUP_ELSEWHERE_RECIPIENT, a public key: "
            "`keygen` makes a pair."
        )
    ended = subprocess.run(
        ["age", *to(recipients)], stdin=subprocess.DEVNULL, capture_output=True
    )
    if ended.returncode:
        fail("BACKUP_ELSEWHERE_RECIPIENT is no public key of age: a letter is wrong.")


def refuse_key(key: str) -> None:
    """See that age takes it.

    Raises:
        SystemExit: it is no private key.
    """
    ended = subprocess.run(
        ["age-keygen", "-y"], input=key, capture_output=True, text=True
    )
    if ended.returncode:
        fail("what was given is no private key of age, AGE-SECRET-KEY-1….")


def to(recipients: Sequence[str]) -> list[str]:
    return [f"--recipient={recipient}" for recipient in recipients]


def seal(
    recipients: Sequence[str],
    file: Path,
    write: Callable[[gzip.GzipFile], object],
    time: float = 0,
) -> None:
    """Compress and encrypt into a new file.

    Args:
        write: is given where to write.
        time: when what is written was last changed.

    Raises:
        OSError: there is no room, or what is read is gone.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with (
        file.open("xb") as output,
        subprocess.Popen(
            ["age", *to(recipients)], stdin=subprocess.PIPE, stdout=output
        ) as age,
        # Level 1 is five times as fast as the default, and half as small again.
        gzip.GzipFile("", "wb", 1, age.stdin, time) as zipped,
    ):
        write(zipped)
    if age.returncode:
        raise OSError("age could not encrypt: its words are above")


@contextmanager
def unsealed(file: Path, key: str) -> Iterator[gzip.GzipFile]:
    """Read what a file holds; it is as it was written once this is left.

    Raises:
        DamagedError: it is not.
        SystemExit: the key is another one.
    """
    reading, writing = os.pipe()
    os.write(writing, key.encode())
    os.close(writing)
    broken: Exception | None = None
    with subprocess.Popen(
        ["age", "--decrypt", f"--identity=/dev/fd/{reading}", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=[reading],
    ) as age:
        os.close(reading)
        try:
            with gzip.GzipFile(fileobj=age.stdout) as plain:
                yield plain
                while plain.read(1 << 20):  # to the end, which is authenticated, too
                    pass
        except (EOFError, gzip.BadGzipFile, zlib.error, tarfile.ReadError) as error:
            broken = error
        words = age.stderr.read().decode(errors="replace") if age.stderr else ""
    if OTHER_KEY in words:
        fail("the key is not the one that the copy is encrypted for.")
    if age.returncode or broken:
        raise DamagedError(words.strip().partition("\n")[0] or str(broken))

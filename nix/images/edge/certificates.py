"""Tell Prometheus from when until when the certificates hold that Caddy serves.

It asks for each name as a client does, whoever renews them, and writes the file that
Caddy adds to its metrics. That of a name that is served none has ended long ago.
"""

import os
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

FILE = Path("certificates.txt")
PAUSE, SOON = 60, 5  # seconds
SEQUENCE, SHORT_YEAR = 0x30, 0x17
METRIC = "edge_certificate_not_{}_timestamp_seconds"


def values(der: bytes) -> Iterator[tuple[int, bytes]]:
    """The tags and contents of values that follow each other, in X.509's encoding."""
    while der:
        tag, length, begin = der[0], der[1], 2
        if length & 0x80:  # it is that of the length
            begin += length & 0x7F
            length = int.from_bytes(der[2:begin])
        yield tag, der[begin : begin + length]
        der = der[begin + length :]


def moment(tag: int, text: bytes) -> float:
    pattern = "%y%m%d%H%M%SZ" if tag == SHORT_YEAR else "%Y%m%d%H%M%SZ"
    return datetime.strptime(text.decode(), pattern).replace(tzinfo=UTC).timestamp()


def validity(certificate: bytes) -> tuple[float, float]:
    """Python's own parser wants one that it trusts, and none that has ended."""
    ((_, signed),) = values(certificate)
    _, content = next(values(signed))
    # The signature's algorithm, the issuer, the validity, and more.
    sequences = [value for tag, value in values(content) if tag == SEQUENCE]
    begin, end = (moment(*value) for value in values(sequences[2]))
    return begin, end


def served(name: str, port: int) -> tuple[float, float]:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname=name) as connection,
        ):
            return validity(connection.getpeercert(binary_form=True) or b"")
    except OSError:
        return 0, 0


def text(found: dict[str, tuple[float, float]]) -> str:
    lines = []
    for number, word in enumerate(("before", "after")):
        lines.append(f"# TYPE {METRIC.format(word)} gauge")
        for name, times in found.items():
            lines.append(f'{METRIC.format(word)}{{name="{name}"}} {times[number]:.0f}')
    return "".join(f"{line}\n" for line in lines)


def main() -> None:
    names, port = (
        os.environ["EDGE_NAMES"].split(","),
        int(os.environ["EDGE_HTTPS_PORT"]),
    )
    new = FILE.with_suffix(".new")
    while True:
        found = {name: served(name, port) for name in names}
        new.write_text(text(found))
        new.replace(FILE)
        time.sleep(PAUSE if all(map(any, found.values())) else SOON)


if __name__ == "__main__":
    main()

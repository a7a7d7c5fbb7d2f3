"""Mail goes where EMAIL_URL says; where there are tasks, a worker sends it."""

import re
from email.errors import ObsoleteHeaderDefect
from email.policy import SMTP
from typing import Any
from urllib.parse import unquote, urlsplit

from environs import ValidationError

BACKENDS = "django.core.mail.backends"
PORTS = {"smtp": 25, "submission": 587, "smtps": 465}
TIMEOUT = 10  # seconds for a mail server to answer
WORD = r"[\w.~!$&'()*+,;=%-]+"  # what RFC 3986 lets a user or a password have
HOST = r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?"
PLACE = re.compile(
    rf"(smtp|submission|smtps)://({WORD}:{WORD}@)?{HOST}/?|file:///[^\s?#]+|console:",
    re.ASCII | re.IGNORECASE,
)


def address(url: str) -> None:
    """A validator of EMAIL_URL.

    Raises:
        ValidationError: it names no place for mail.
    """
    port = re.search(r":(\d+)/?\Z", url)
    known = PLACE.fullmatch(url) and (port is None or 0 < int(port[1]) < 65536)
    if url and not known:
        raise ValidationError(
            "Not smtp://HOST:PORT, submission://USER:PASSWORD@HOST, "
            "smtps://USER:PASSWORD@HOST, file:///DIRECTORY or console:. In USER and "
            "PASSWORD, %2F is /, and so on for all that is no letter and no digit."
        )


def sender(text: str) -> None:
    """A validator of DEFAULT_FROM_EMAIL.

    Raises:
        ValidationError: it is not one address that mail can come from.
    """
    header = SMTP.header_factory("From", text)
    wrong = [one for one in header.defects if not isinstance(one, ObsoleteHeaderDefect)]
    if len(header.addresses) != 1 or wrong:
        raise ValidationError(
            "Not an address, such as service@shop.example, "
            'Shop <service@shop.example> or "Shop, Inc" <service@shop.example>.'
        )


def settings_of(url: str) -> dict[str, Any]:
    """Django's settings for an address that is valid; without one, mail is refused."""
    if not url:
        return {"EMAIL_BACKEND": "chassis.mail.backends.Refusal"}
    parts = urlsplit(url)
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": f"{BACKENDS}.console.EmailBackend"}
    if parts.scheme == "file":
        return {
            "EMAIL_BACKEND": f"{BACKENDS}.filebased.EmailBackend",
            "EMAIL_FILE_PATH": unquote(parts.path),
        }
    return {
        "EMAIL_BACKEND": f"{BACKENDS}.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "submission",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": TIMEOUT,
    }

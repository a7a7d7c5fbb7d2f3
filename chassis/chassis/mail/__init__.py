"""Mail goes where EMAIL_URL says; where there are tasks, a worker sends it."""

from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from environs import ValidationError

BACKENDS = "django.core.mail.backends"
PORTS = {"smtp": 25, "submission": 587, "smtps": 465}
TIMEOUT = 10  # seconds for a mail server to answer


def address(url: str) -> None:
    """A validator of EMAIL_URL.

    Raises:
        ValidationError: it names no place for mail.
    """
    try:
        parts = urlsplit(url)
        known = parts.port is None or parts.port > 0
    except ValueError:
        known = False
    if url and not (known and has_place(parts)):
        raise ValidationError(
            "Not smtp://HOST:PORT, submission://USER:PASSWORD@HOST, "
            "smtps://USER:PASSWORD@HOST, file:///DIRECTORY or console:."
        )


def has_place(parts: SplitResult) -> bool:
    if parts.scheme in PORTS:
        return bool(parts.hostname) and not parts.path.strip("/")
    if parts.scheme == "file":
        return not parts.netloc and len(parts.path) > 1
    return parts.scheme == "console"


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
            "EMAIL_FILE_PATH": parts.path,
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

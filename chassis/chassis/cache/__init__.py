"""What all workers and servers share, and no request needs: Django's cache.

It keeps JSON. A pickle is code that whoever can write to the table, or to Redis, would
let the server run; and of two releases at once, each reads what the other wrote.
"""

import hashlib
import json
import re
from typing import Any, NoReturn
from urllib.parse import urlsplit

from environs import ValidationError

from chassis import extras

HOST = r"(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:[0-9]+)?"
REDIS_AT = rf"([\w.~%!$&'()*+,;=:-]*@)?{HOST}(/[0-9]*)?"
TLS = r"(protocol=[23]|ssl_(ca_certs|certfile|keyfile)=/[\w./%-]+)"
ADDRESS = re.compile(
    rf"(redis://{REDIS_AT}(\?protocol=[23])?|rediss://{REDIS_AT}(\?{TLS}(&{TLS})*)?|"
    rf"memcached://{HOST}(,{HOST})*)?",
    re.ASCII,
)
MAX_ENTRIES = 100_000  # of the table
SECONDS = 1  # for which a server may be silent
SERVED = re.compile("[!-~]{1,200}")  # keys that every server takes


def address(url: str) -> None:
    """A validator of CACHE_URL: what its client cannot read would fail in requests.

    Raises:
        ValidationError: it is no address, of which nothing is told.
    """
    hosts = re.split("[/?]", url.partition("://")[2].rpartition("@")[2])[0].split(",")
    try:
        known = all(urlsplit(f"//{host}").port != 0 for host in hosts)
    except ValueError:
        known = False
    if not (known and ADDRESS.fullmatch(url)):
        raise ValidationError(
            "Not an address, such as redis://:PASSWORD@cache.example:6379/0 or "
            "memcached://cache.example:11211; other characters of the password as %2F, "
            "and of options protocol, ssl_ca_certs, ssl_certfile and ssl_keyfile alone."
        )


class NotJSONError(Exception):
    """Somebody else wrote the value."""


class NotCountedError(ValueError):
    """Nobody answered `incr`, or the value is no number."""


class JSON:
    """How values are kept, for the table, for Redis' client and for Memcached's."""

    def dumps(self, value: Any) -> str:
        """The text of a value.

        Raises:
            TypeError: JSON has no such value.
        """
        return json.dumps(value, default=refuse)

    def loads(self, text: str | bytes) -> Any:
        """The value of a text.

        Raises:
            NotJSONError: it is none.
        """
        try:
            return json.loads(text)
        except ValueError:
            raise NotJSONError("there is a value that is not JSON") from None

    def serialize(self, _key: str, value: Any) -> tuple[bytes, int]:
        return self.dumps(value).encode(), 0

    def deserialize(self, _key: str, text: bytes, _flags: int) -> Any:
        return self.loads(text)


def refuse(value: object) -> NoReturn:
    raise TypeError(
        f"The cache keeps what JSON has, and {type(value).__name__} is none of it: "
        "keep what the answer is made of, such as a serializer's data."
    )


def make_key(key: str, prefix: str, version: int | str) -> str:
    """KEY_FUNCTION: Django's key, or a digest where a server would not take it."""
    made = f"{prefix}:{version}:{key}"
    if SERVED.fullmatch(made):
        return made
    digest = hashlib.sha256(str(key).encode(errors="surrogatepass")).hexdigest()
    return f"{prefix}:{version}#{digest}"


# By the scheme of CACHE_URL.
REDIS = {
    "BACKEND": "chassis.cache.backends.Redis",
    "OPTIONS": {
        "serializer": "chassis.cache.JSON",
        "socket_connect_timeout": SECONDS,
        "socket_timeout": SECONDS,
    },
}
MEMCACHED = {
    "BACKEND": "chassis.cache.backends.Memcached",
    "OPTIONS": {
        "serde": JSON(),
        "connect_timeout": SECONDS,
        "timeout": SECONDS,
        "dead_timeout": SECONDS,  # after which it is asked again
    },
}
TABLE = {
    "BACKEND": "chassis.cache.backends.Table",
    "OPTIONS": {"MAX_ENTRIES": MAX_ENTRIES},
}


def configure(url: str, prefix: str) -> dict[str, Any]:
    """CACHES' entry for CACHE_URL, which `address` judges.

    Raises:
        SystemExit: the client of such a server is not there.
    """
    scheme, _, rest = url.partition("://")
    shared = {"KEY_PREFIX": prefix, "KEY_FUNCTION": "chassis.cache.make_key"}
    if scheme in ("redis", "rediss"):
        extras.require("CACHE_URL", "redis", "redis")
        return {**REDIS, **shared, "LOCATION": [url]}
    if scheme == "memcached":
        extras.require("CACHE_URL", "pymemcache", "pymemcache")
        return {**MEMCACHED, **shared, "LOCATION": rest}
    return {**TABLE, **shared}

"""Django's caches, without which every request goes on."""

import logging
import math
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from functools import partial, wraps
from itertools import count
from types import NoneType
from typing import Any, NoReturn

from asgiref.sync import sync_to_async
from django.core.cache.backends import memcached, redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction

from chassis.cache import JSON, NotCountedError, NotJSONError
from chassis.health.dependencies import Silence
from chassis.postgresql import message

logger = logging.getLogger(__name__)


# Errors of clients, which may not be there, and those by which nobody answered.
CLIENTS = ("redis.", "pymemcache.")
AWAY = {"ConnectionError", "TimeoutError", "MemcacheUnexpectedCloseError"}
TEN_YEARS = 10 * 365 * 86400  # seconds


def uncounted() -> NoReturn:
    raise NotCountedError(
        "The cache did not count: it has no whole number of 64 bits there, "
        "or nobody answered."
    )


def is_unanswered(error: Exception) -> bool:
    """Whether the cache cannot be asked; other errors are mistakes of the code."""
    of_client = type(error).__module__.startswith(CLIENTS)
    return of_client or isinstance(error, Error | OSError | NotJSONError)


# What each method answers as if nothing were kept.
NOTHING: dict[str, Callable[[], Any]] = {
    "add": bool,
    "clear": NoneType,
    "delete": bool,
    "delete_many": NoneType,
    "get_many": dict,
    "has_key": bool,
    "incr": uncounted,
    "set": NoneType,
    "set_many": list,
    "touch": bool,
}


def forgiving(
    method: Callable[..., Any], nothing: Callable[[], Any]
) -> Callable[..., Any]:
    """A method that answers `nothing` where the cache cannot be asked."""

    @wraps(method)
    def attempt(cache: "Forgiving", *arguments: Any, **keywords: Any) -> Any:
        if cache.silence.lasts():
            return nothing()
        try:
            return method(cache, *arguments, **keywords)
        except Exception as error:
            if not is_unanswered(error):
                raise
            cache.forgive(error)
        return nothing()

    return attempt


class Forgiving(BaseCache):
    """A cache that cannot be asked has nothing in it, and no request fails.

    One that is away is not asked again for a second: the first request waits for it,
    and not each.
    """

    silence: Silence

    def __init_subclass__(cls) -> None:
        cls.silence = Silence(seconds=1)
        for name, nothing in NOTHING.items():
            setattr(cls, name, forgiving(getattr(cls, name), nothing))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self.get_many([key], version).get(key, default)

    def forgive(self, error: Exception) -> None:
        reason = message(error) or type(error).__name__
        logger.warning("Requests go on without the cache: %s", reason)
        if self.is_away(error):
            self.silence.begin()

    def is_away(self, error: Exception) -> bool:
        """Whether nobody answered; a value that was refused is no reason."""
        names = {kind.__name__ for kind in type(error).__mro__}
        return isinstance(error, OSError) or not AWAY.isdisjoint(names)

    async def aincr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Django's own reads and writes, so that counts are lost."""
        return int(await sync_to_async(self.incr)(key, delta, version))

    def get_backend_timeout(self, timeout: Any = DEFAULT_TIMEOUT) -> Any:
        """Django's; one that no server could write is none."""
        endless = isinstance(timeout, int | float) and timeout > TEN_YEARS
        return super().get_backend_timeout(None if endless else timeout)


class Redis(Forgiving, redis.RedisCache):
    """Django's; Valkey is one, too."""


class Memcached(Forgiving, memcached.PyMemcacheCache):
    """Django's."""


READ = """
SELECT "cache_key", "value" FROM chassis_cache
WHERE cache_key = ANY(%s::text[]) AND expires > to_timestamp(%s)
""".lstrip()
WRITE = """
INSERT INTO chassis_cache (cache_key, value, expires)
VALUES (%s, %s, to_timestamp(%s))
ON CONFLICT (cache_key) DO UPDATE SET value = EXCLUDED.value, expires = EXCLUDED.expires
"""
SET = f"{WRITE} RETURNING true"
ADD = f"{WRITE} WHERE chassis_cache.expires <= to_timestamp(%s) RETURNING true"
COUNT = """
UPDATE chassis_cache SET value = (value::bigint + %s)::text
WHERE cache_key = %s AND expires > to_timestamp(%s) RETURNING value::bigint
"""
TOUCH = """
UPDATE chassis_cache SET expires = to_timestamp(%s)
WHERE cache_key = %s AND expires > to_timestamp(%s) RETURNING true
"""
DELETE = "DELETE FROM chassis_cache WHERE cache_key = ANY(%s::text[]) RETURNING true"
CLEAR = "DELETE FROM chassis_cache"
# What has expired, and what expires first of too many rows, but no counts: some at a
# time, and none that another worker has.
CULL = """
DELETE FROM chassis_cache WHERE cache_key IN (
    SELECT cache_key FROM chassis_cache
    WHERE expires <= GREATEST(
        to_timestamp(%s),
        (SELECT expires FROM chassis_cache ORDER BY expires DESC OFFSET %s LIMIT 1)
    ) AND (expires <= to_timestamp(%s) OR NOT starts_with(cache_key, %s))
    ORDER BY expires LIMIT 10000 FOR UPDATE SKIP LOCKED
)
"""
COUNTS = "throttle"  # their keys begin so, also those of Django REST framework's own
CULLED = 100  # writes of a process to the next look


class Table(Forgiving):
    """A table of the service's database, `chassis_cache`, in one statement each.

    Django's DatabaseCache keeps pickles, and asks four times for each write, once for
    the number of all rows. Here `incr` is atomic.
    """

    writes = count(1)

    def __init__(self, _location: str, options: dict[str, Any]) -> None:
        super().__init__(options)
        self.json = JSON()

    def is_away(self, _error: Exception) -> bool:
        """Whether the connection broke; a statement that took too long is no reason."""
        connection = connections[DEFAULT_DB_ALIAS]
        if connection.in_atomic_block:  # whose end the transaction will notice
            return False
        connection.close_if_unusable_or_obsolete()
        return connection.connection is None

    def ask(self, statement: str, *parameters: Any) -> list[Any]:
        """The rows of a statement, if any; a transaction goes on where it fails."""
        connection = connections[DEFAULT_DB_ALIAS]
        inner = transaction.atomic() if connection.in_atomic_block else nullcontext()
        with inner, connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def write(
        self, statement: str, key: str, value: Any, timeout: Any, *more: Any
    ) -> bool:
        text = self.json.dumps(value)
        rows = self.ask(statement, key, text, self.end(timeout), *more)
        if next(self.writes) % CULLED == 0:
            transaction.on_commit(self.cull)  # whose rows others wait for
        return bool(rows)

    @partial(forgiving, nothing=NoneType)
    def cull(self) -> None:
        now = time.time()
        counts = self.make_key(COUNTS)
        self.ask(CULL, now, self._max_entries, now, counts)

    def end(self, timeout: Any) -> float:
        """When a value ends, in seconds since 1970."""
        end = self.get_backend_timeout(timeout)
        return math.inf if end is None else end

    def get_many(
        self, keys: Iterable[Any], version: int | None = None
    ) -> dict[Any, Any]:
        names = {self.make_and_validate_key(key, version): key for key in keys}
        rows = self.ask(READ, list(names), time.time())
        return {names[name]: self.json.loads(text) for name, text in rows}

    def set(
        self,
        key: Any,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        self.write(SET, self.make_and_validate_key(key, version), value, timeout)

    def add(
        self,
        key: Any,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        name = self.make_and_validate_key(key, version)
        return self.write(ADD, name, value, timeout, time.time())

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        name = self.make_and_validate_key(key, version)
        rows = self.ask(COUNT, delta, name, time.time())
        if not rows:
            raise ValueError("The cache has no such key.")
        return int(rows[0][0])

    def touch(
        self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        name = self.make_and_validate_key(key, version)
        return bool(self.ask(TOUCH, self.end(timeout), name, time.time()))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self.ask(DELETE, [self.make_and_validate_key(key, version)]))

    def delete_many(self, keys: Iterable[Any], version: int | None = None) -> None:
        self.ask(DELETE, [self.make_and_validate_key(key, version) for key in keys])

    def clear(self) -> None:
        self.ask(CLEAR)

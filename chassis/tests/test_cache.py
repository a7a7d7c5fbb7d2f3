"""The cache that all workers share, in the database and elsewhere."""

import asyncio
import base64
import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import chain

import pytest
from asgiref.sync import async_to_sync
from django.core.cache import cache, caches
from django.core.exceptions import ImproperlyConfigured, SynchronousOnlyOperation
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.postgresql import base
from django.http import HttpResponse

from chassis import extras
from chassis.cache import JSON, backends, configure
from chassis.cache.backends import CULLED, NOTHING, Forgiving, Redis, Table
from tests.models import Note

pytestmark = pytest.mark.django_db

REDIS = "redis://:a,b@cache.example:6379/0"


@pytest.fixture(autouse=True)
def _each_line_is_logged(monkeypatch):
    """Otherwise one a minute."""
    monkeypatch.setattr(backends.logger, "filters", [])


@pytest.fixture
def pass_time(monkeypatch):
    """Let seconds pass."""
    clock, passed = time.time, 0

    def let_pass(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    monkeypatch.setattr(time, "time", lambda: clock() + passed)
    return let_pass


@pytest.fixture
def empty(transactional_db):
    """Outside a transaction; the table is empty afterwards."""
    yield
    cache.clear()


def elsewhere(call):
    """What a call returns in another thread, which waits for no lock for long."""

    def attempt():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(attempt).result()


def rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM chassis_cache")
        return cursor.fetchone()[0]


def break_table() -> None:
    """Until the transaction ends, no statement finds it."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE chassis_cache RENAME TO gone")


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        7,
        1.5,
        "\u00fc\0\ud800'",
        [],
        {"a": [1, None, {"b": "c"}]},
        "x" * 10**6,
    ],
)
def test_value_comes_back(value):
    cache.set("key", "another")
    cache.set("key", value)
    assert cache.get("key", "default") == value
    assert cache.get_many(["key", "other"]) == {"key": value}


@pytest.mark.parametrize("value", [date(2026, 1, 1), {1, 2}, HttpResponse(), Note()])
def test_what_json_lacks_is_refused_with_a_sentence(value):
    with pytest.raises(TypeError, match=f"JSON has, and {type(value).__name__} is"):
        cache.set("key", [value])
    assert "key" not in cache


class Command:
    """What a pickle of it makes the reader do."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was read",))


def test_pickle_of_somebody_else_is_not_read(caplog):
    text = base64.b64encode(pickle.dumps(Command())).decode()
    cache.set("key", 1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE chassis_cache SET value = %s", [text])
    assert cache.get("key", "default") == "default"
    assert "a value that is not JSON" in caplog.text
    cache.set("key", 2)
    assert cache.get("key") == 2


def test_value_ends(pass_time):
    cache.set("key", 1, timeout=60)
    pass_time(59)
    assert cache.get("key") == 1
    pass_time(2)
    assert cache.get("key") is None
    assert not cache.touch("key", 60)
    cache.set("at once", 1, timeout=0)
    assert cache.get("at once") is None


def test_value_without_an_end_is_kept(pass_time):
    cache.set("key", 1, timeout=None)
    pass_time(10**9)
    assert cache.get("key") == 1


def test_value_of_ages_has_no_end(pass_time):
    cache.set("key", 1, timeout=10**18)
    pass_time(10**9)
    assert cache.get("key") == 1


def test_end_is_put_off(pass_time):
    cache.set("key", 1, timeout=60)
    pass_time(59)
    assert cache.touch("key", 60)
    pass_time(59)
    assert cache.get("key") == 1


def test_value_is_added_where_there_is_none(pass_time):
    assert cache.add("key", 1, timeout=60)
    assert not cache.add("key", 2)
    assert cache.get("key") == 1
    pass_time(61)
    assert cache.add("key", 2)
    assert cache.get("key") == 2


def test_values_are_deleted():
    cache.set_many({"a": 1, "b": 2, "c": 3, "d": 4})
    assert cache.delete("a")
    assert not cache.delete("a")
    cache.delete_many(["b", "c"])
    assert cache.get_many("abcd") == {"d": 4}
    cache.clear()
    assert rows() == 0


def test_numbers_are_counted(pass_time):
    with pytest.raises(ValueError, match="no such key"):
        cache.incr("key")
    cache.set("key", 1, timeout=60)
    assert cache.incr("key") == 2
    assert cache.incr("key", 10) == 12
    assert cache.decr("key") == 11
    pass_time(61)
    with pytest.raises(ValueError, match="no such key"):
        cache.incr("key")


@pytest.mark.parametrize("value", ["a", 1.5, None, 2**63 - 1])
def test_what_cannot_be_counted_is_told_and_the_cache_asked_again(value):
    cache.set("key", value)
    with pytest.raises(ValueError, match="no whole number"):
        cache.incr("key")
    assert cache.get("key") == value


def test_none_of_many_asynchronous_counts_is_lost(pass_time):
    async def count() -> None:
        await asyncio.gather(*(cache.aincr("key") for _ in range(9)))

    cache.set("key", 0, timeout=10**6)
    async_to_sync(count)()
    pass_time(10**6 - 1)
    assert cache.get("key") == 9


@pytest.mark.usefixtures("empty")
def test_none_of_many_counts_at_once_is_lost():
    cache.set("key", 0)

    def count(_number: int) -> list[int]:
        counted = [cache.incr("key") for _ in range(25)]
        connection.close()
        return counted

    with ThreadPoolExecutor(8) as pool:
        counted = chain.from_iterable(pool.map(count, range(8)))
    assert sorted(counted) == list(range(1, 201))


@pytest.mark.parametrize(
    "key", ["x" * 5000, "a b", "a\nb", "a\0b", "\u00fc", "\ud800", "", 7]
)
def test_any_key_will_do(key):
    cache.set(key, 1)
    cache.set(f"{key}x", 2)
    cache.set(key, 3, version=2)
    assert cache.get_many([key, f"{key}x"]) == {key: 1, f"{key}x": 2}
    assert cache.get(key, version=2) == 3
    assert len(cache.make_key(key)) < 250


def test_key_says_whose_it_is():
    assert cache.make_key("key").endswith(":1:key")
    assert Table("", configure("", "acme")).make_key("key") == "acme:1:key"


@pytest.mark.usefixtures("empty")
def test_each_is_one_statement(django_assert_num_queries):
    for call in (
        lambda: cache.set("key", 1),
        lambda: cache.get("key"),
        lambda: cache.incr("key"),
        lambda: cache.add("key", 1),
        lambda: cache.get_many(["a", "b"]),
    ):
        with django_assert_num_queries(1):
            call()


@pytest.mark.usefixtures("empty")
def test_what_has_ended_is_deleted_now_and_then(pass_time):
    cache.set("key", 1, timeout=60)
    pass_time(61)
    for _ in range(CULLED):
        cache.set("other", 1)
    assert rows() == 1


@pytest.mark.usefixtures("empty")
def test_rows_are_no_more_than_are_allowed():
    small = Table("", {"OPTIONS": {"MAX_ENTRIES": 5}})
    small.set("endless", 1, timeout=None)
    for number in range(2 * CULLED):
        small.set(number, 1, timeout=1000 - number)
    assert rows() <= 5 + CULLED
    assert small.get("endless") == 1
    assert small.get(0) == 1


@pytest.mark.usefixtures("empty")
def test_no_transaction_holds_up_others_by_what_has_ended(monkeypatch):
    cache.set("ended", 1, timeout=0)
    monkeypatch.setattr(backends, "CULLED", 1)
    with transaction.atomic():
        cache.set("key", 1)
        assert elsewhere(lambda: cache.add("ended", 1))
    cache.set("ended", 1, timeout=0)
    assert rows() == 1


@pytest.mark.usefixtures("empty")
def test_value_is_added_also_where_nothing_can_be_deleted(monkeypatch):
    monkeypatch.setattr(backends, "CULLED", 1)
    monkeypatch.setattr(caches["default"], "_max_entries", -1)
    assert cache.add("key", 1)
    assert cache.get("key") == 1


@pytest.mark.usefixtures("empty")
def test_what_a_transaction_kept_goes_with_it():
    cache.set("key", "before")
    with transaction.atomic():
        cache.set("key", "within")
        assert cache.get("key") == "within"
        transaction.set_rollback(True)
    assert cache.get("key") == "before"


def test_transaction_goes_on_without_the_cache(caplog):
    cache.set("key", 1)
    with transaction.atomic():
        Note.objects.create(text="first")
        break_table()
        assert cache.get("key", "default") == "default"
        cache.set("key", 2)
        assert not cache.add("key", 2)
        assert cache.get_or_set("key", 3) == 3
        with pytest.raises(ValueError, match="nobody answered"):
            cache.incr("key")
        assert Note.objects.count() == 1
        transaction.set_rollback(True)
    assert "Requests go on without the cache: " in caplog.text
    # One statement's failure is no reason not to ask again.
    assert cache.get("key") == 1


@pytest.fixture
def away(empty, monkeypatch):
    """Let connections fail, with the attempts."""
    attempts: list[int] = []

    def get_new_connection(wrapper, parameters):
        attempts.append(1)
        raise wrapper.Database.OperationalError("timeout expired")

    with monkeypatch.context() as patch:
        patch.setattr(base.DatabaseWrapper, "get_new_connection", get_new_connection)
        connection.close()
        yield attempts


def test_database_that_is_away_is_asked_once_a_second(away):
    for _ in range(5):
        assert cache.get("key", "default") == "default"
        cache.set("key", 1)
    assert len(away) == 1
    Table.silence.end()
    assert cache.get("key", "default") == "default"
    assert len(away) == 2


@pytest.mark.usefixtures("empty")
def test_connection_that_broke_is_made_anew_for_what_follows():
    connection.ensure_connection()
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    with other.cursor() as cursor:
        process = connection.connection.info.backend_pid
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [process])
    other.close()
    cache.set("key", 1)
    assert Note.objects.count() == 0


def test_crash_may_lose_the_table_and_no_log_has_it():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relpersistence FROM pg_class WHERE relname = 'chassis_cache'"
        )
        assert cursor.fetchone() == ("u",)


def test_server_needs_its_client(monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda _name: None)
    for url, package in ((REDIS, "redis"), ("memcached://cache", "pymemcache")):
        with pytest.raises(
            SystemExit, match=f'CACHE_URL needs "{package}" in the dependencies'
        ):
            configure(url, "acme")
    assert configure("", "acme")["BACKEND"] == "chassis.cache.backends.Table"


@pytest.mark.parametrize(
    ("url", "backend", "location"),
    [
        (REDIS, "Redis", [REDIS]),
        ("rediss://cache.example", "Redis", ["rediss://cache.example"]),
        ("memcached://a:11211,b:11211", "Memcached", "a:11211,b:11211"),
    ],
)
def test_server_is_found_by_its_address(monkeypatch, url: str, backend: str, location):
    monkeypatch.setattr(extras, "find_spec", lambda _name: True)
    found = configure(url, "acme")
    assert found["BACKEND"] == f"chassis.cache.backends.{backend}"
    assert found["LOCATION"] == location
    assert found["KEY_PREFIX"] == "acme"


CALLS = {
    "add": ("key", 1),
    "clear": (),
    "delete": ("key",),
    "delete_many": (["key"],),
    "get_many": (["key"],),
    "has_key": ("key",),
    "set": ("key", 1),
    "set_many": ({"key": 1},),
    "touch": ("key",),
}


def failing(error: type[Exception]) -> Forgiving:
    """A cache whose client fails with this error, whatever it is asked."""

    def fail(*_arguments, **_keywords):
        raise error("its reason")

    kind = type("Failing", (Forgiving,), dict.fromkeys(NOTHING, fail))
    return kind({})


def error_of(client: str, name: str, base: type[Exception] = Exception):
    return type(name, (base,), {"__module__": f"{client}.exceptions"})


@pytest.mark.parametrize("name", CALLS)
def test_client_that_fails_has_nothing(name: str, caplog):
    one = failing(ConnectionRefusedError)
    for _ in range(3):
        assert getattr(one, name)(*CALLS[name]) == NOTHING[name]()
    one.silence.end()
    assert one.get("key", "default") == "default"
    one.silence.end()
    with pytest.raises(ValueError, match="nobody answered"):
        one.incr("key")
    assert len(caplog.messages) == 3


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        (error_of("redis", "TimeoutError"), 1),
        (error_of("redis", "Busy", error_of("redis", "ConnectionError")), 1),
        (error_of("pymemcache", "MemcacheUnexpectedCloseError"), 1),
        (error_of("redis", "ResponseError"), 3),
        (error_of("pymemcache", "MemcacheServerError"), 3),
    ],
)
def test_server_that_refuses_a_value_is_asked_again(error, asked: int, caplog):
    one = failing(error)
    for _ in range(3):
        assert one.get("key", "default") == "default"
    assert caplog.messages == ["Requests go on without the cache: its reason"] * asked


@pytest.mark.parametrize(
    "error",
    [ImproperlyConfigured, RuntimeError, SynchronousOnlyOperation, RecursionError],
)
def test_mistake_of_the_code_is_told(error):
    with pytest.raises(error, match="its reason"):
        failing(error).get("key")


def test_client_that_is_not_there_is_told():
    with pytest.raises(ModuleNotFoundError):
        Redis([REDIS], {"OPTIONS": {}}).get("key")


def test_servers_get_json():
    kept, flags = JSON().serialize("key", ["\u00fc"])
    assert kept == b'["\\u00fc"]'
    assert JSON().deserialize("key", kept, flags) == ["\u00fc"]
    assert JSON().loads(JSON().dumps(7)) == 7

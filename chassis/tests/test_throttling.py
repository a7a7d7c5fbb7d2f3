"""How often a client may ask; tests/server asks several servers at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from itertools import chain

import pytest
from django.core.cache import cache, caches
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from chassis import checks
from chassis.cache import backends
from chassis.cache.backends import Table
from chassis.error_format import ErrorFormat
from chassis.throttling import Throttle, fault, hit, network
from tests.models import User
from tests.test_cache import elsewhere

pytestmark = pytest.mark.django_db

OK, LIMITED = HTTPStatus.OK, HTTPStatus.TOO_MANY_REQUESTS


class Free(APIView):
    permission_classes = [AllowAny]

    def get(self, request):
        return Response()


class Other(Free):
    pass


class Limited(Free):
    throttle_classes = [Throttle.of(anonymous="2/day", user="3/day")]


class Problem(ErrorFormat):
    media_type = "application/problem+json"

    def body(self, status: HTTPStatus, wrong):
        return {"status": int(status), "wrong": wrong}


def ask(view: type[APIView], user: User | None = None, **environ: str):
    """The answer of a view."""
    request = APIRequestFactory().get("/", **environ)
    if user:
        force_authenticate(request, user)
    return view.as_view()(request).render()


def statuses(times: int, view: type[APIView], *arguments, **environ: str) -> list[int]:
    return [ask(view, *arguments, **environ).status_code for _ in range(times)]


@pytest.fixture(autouse=True)
def _middle_of_a_period(monkeypatch):
    """No period ends while a test runs."""
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)


def test_nobody_counts_where_there_is_no_limit(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert statuses(9, Free) == [OK] * 9


def test_kind_of_client_without_a_rate_is_not_counted(django_assert_num_queries):
    class Some(Free):
        throttle_classes = [Throttle.of(user="1/day")]

    with django_assert_num_queries(0):
        assert statuses(9, Some) == [OK] * 9


def test_one_too_many_is_told_when_to_come_again(monkeypatch):
    assert statuses(3, Limited) == [OK, OK, LIMITED]
    answer = ask(Limited)
    seconds = int(answer["Retry-After"])
    assert 1 <= seconds <= 86400
    assert list(answer.data) == ["detail"]
    early, again = time.time() + seconds - 2, time.time() + seconds
    monkeypatch.setattr(time, "time", lambda: early)
    assert ask(Limited).status_code == LIMITED
    monkeypatch.setattr(time, "time", lambda: again)
    assert statuses(3, Limited) == [OK, OK, LIMITED]


def test_error_has_the_format_of_the_service(settings):
    settings.ERROR_FORMAT = f"{__name__}.Problem"
    *_, answer = [ask(Limited) for _ in range(3)]
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.data["status"] == LIMITED


def test_strangers_are_counted_by_address():
    assert statuses(3, Limited, REMOTE_ADDR="192.0.2.1") == [OK, OK, LIMITED]
    assert statuses(1, Limited, REMOTE_ADDR="192.0.2.2") == [OK]
    assert statuses(2, Limited, REMOTE_ADDR="2001:db8::1") == [OK, OK]
    assert statuses(1, Limited, REMOTE_ADDR="2001:db8::ffff:2") == [LIMITED]


def test_client_names_no_address_of_its_own():
    """nginx has set it; the header may be the client's."""
    assert [
        ask(Limited, HTTP_X_FORWARDED_FOR=f"192.0.2.{number}").status_code
        for number in range(3)
    ] == [OK, OK, LIMITED]


def test_users_are_counted_by_id():
    one, other = (User.objects.create(username=name) for name in ("one", "other"))
    assert statuses(2, Limited, one, REMOTE_ADDR="192.0.2.1") == [OK, OK]
    assert statuses(2, Limited, one, REMOTE_ADDR="192.0.2.2") == [OK, LIMITED]
    assert statuses(1, Limited, other, REMOTE_ADDR="192.0.2.1") == [OK]
    assert statuses(1, Limited, REMOTE_ADDR="192.0.2.1") == [OK]


def test_setting_counts_all_views_together(settings):
    settings.THROTTLE_RATES = {"anonymous": "3/hour"}
    assert statuses(2, Free) + statuses(2, Other) == [OK, OK, OK, LIMITED]
    assert statuses(3, Limited) == [OK, OK, LIMITED]


def test_view_with_a_limit_of_its_own_is_counted_apart():
    class Second(Limited):
        pass

    assert statuses(3, Limited) == statuses(3, Second) == [OK, OK, LIMITED]


def test_action_with_a_limit_of_its_own_is_counted_apart():
    class Acting(ViewSet):
        permission_classes = [AllowAny]
        throttle_classes = [Throttle.of(anonymous="2/day")]

        def list(self, request):
            return Response()

        @action(detail=False, throttle_classes=[Throttle.of(anonymous="2/day")])
        def export(self, request):
            return Response()

    def ask_for(method: str, **keywords) -> list[int]:
        view = Acting.as_view({"get": method}, **keywords)
        return [view(APIRequestFactory().get("/")).status_code for _ in range(3)]

    assert ask_for("list") == [OK, OK, LIMITED]
    assert ask_for("export", **Acting.export.kwargs) == [OK, OK, LIMITED]


def test_what_is_refused_otherwise_is_not_counted():
    class Guarded(Limited):
        permission_classes = []

        def check_permissions(self, request):
            if request.headers.get("X-Refused"):
                self.permission_denied(request)

    assert LIMITED not in statuses(5, Guarded, HTTP_X_REFUSED="yes")
    assert statuses(3, Guarded) == [OK, OK, LIMITED]


@pytest.mark.django_db(transaction=True)
def test_count_is_one_statement(django_assert_num_queries):
    ask(Limited)
    with django_assert_num_queries(1):
        ask(Limited)
    cache.clear()


@pytest.mark.django_db(transaction=True)
def test_full_cache_forgets_no_count(monkeypatch):
    monkeypatch.setattr(backends, "CULLED", 1)
    monkeypatch.setattr(caches["default"], "_max_entries", 5)
    assert statuses(2, Limited) == [OK, OK]
    for number in range(20):
        cache.set(number, 1, timeout=10**6)
    assert cache.get(0) is None
    assert statuses(1, Limited) == [LIMITED]
    cache.clear()


@pytest.mark.django_db(transaction=True)
def test_request_waits_once_for_a_count_that_another_holds():
    def hits() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert hit("key", 60) == 0
        return len(queries)

    hit("key", 60)
    with transaction.atomic():
        cache.delete("key")
        assert elsewhere(hits) == 1
    with transaction.atomic():
        cache.add("key", 1)
        assert elsewhere(hits) == 3  # of which `add` waits
    cache.clear()


@pytest.mark.django_db(transaction=True)
def test_exactly_as_many_pass_at_once_as_may():
    def ask_twice(_number: int) -> list[int]:
        counted = [hit("key", 60), hit("key", 60)]
        connection.close()
        return counted

    with ThreadPoolExecutor(8) as pool:
        counted = chain.from_iterable(pool.map(ask_twice, range(40)))
    assert sorted(counted) == list(range(1, 81))
    cache.clear()


def test_throttles_of_the_framework_work_too():
    class Counting(AnonRateThrottle):
        rate = "2/day"

    class Counted(Free):
        throttle_classes = [Counting]

    assert statuses(3, Counted) == [OK, OK, LIMITED]


def test_nobody_is_refused_while_the_cache_is_away():
    Table.silence.begin()
    assert statuses(5, Limited) == [OK] * 5


def test_any_cache_of_django_counts(settings):
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend}}
    assert statuses(3, Limited) == [OK, OK, LIMITED]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8:0:0:ffff::2", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_client_is_whom_nginx_takes_for_one(address: str, expected: str):
    assert network(address) == expected


@pytest.mark.parametrize(
    "rate", ["0/second", "1/second", "60/minute", "9/hour", "1000/day", ""]
)
def test_rate_may_be(rate: str):
    assert fault({"anonymous": rate}) is None


@pytest.mark.parametrize("rate", ["5", "x/day", "5/month", "-1/day", "5 per day", "5/"])
def test_rate_that_cannot_be_read_is_told(rate: str, settings):
    with pytest.raises(ImproperlyConfigured, match=r"Throttle.of: .* is no rate"):
        Throttle.of(user=rate)
    settings.THROTTLE_RATES = {"user": rate}
    (message,) = checks.readable_rates(None)
    assert message.id == "chassis.E005"
    assert f"THROTTLE_RATES: '{rate}' is no rate" in message.msg


@pytest.mark.parametrize("rates", [{"user": 60}, {"user": None}, {"user": 0}])
def test_rate_that_is_no_text_is_told(rates, settings):
    settings.THROTTLE_RATES = rates
    (message,) = checks.readable_rates(None)
    assert f"THROTTLE_RATES: {rates['user']} is no rate" in message.msg


@pytest.mark.parametrize("rates", [None, [], "5/minute"])
def test_rates_without_kinds_of_client_are_told(rates, settings):
    settings.THROTTLE_RATES = rates
    (message,) = checks.readable_rates(None)
    assert "THROTTLE_RATES: Not rates by kind of client, such as" in message.msg


def test_rate_of_a_subclass_is_told():
    with pytest.raises(ImproperlyConfigured, match=r"Mine: '2/d' is no rate"):
        type("Mine", (Throttle,), {"rates": {"anonymous": "2/d"}})


def test_rates_of_the_framework_that_nothing_reads_are_told(settings):
    assert checks.unread_rates(None) == []
    framework = settings.REST_FRAMEWORK
    rates = {"DEFAULT_THROTTLE_RATES": {"anon": "2/day", "user": None}}
    settings.REST_FRAMEWORK = framework | rates
    (message,) = checks.unread_rates(None)
    assert message.id == "chassis.W004"
    assert "DEFAULT_THROTTLE_RATES" in message.msg
    settings.REST_FRAMEWORK |= {"DEFAULT_THROTTLE_CLASSES": [AnonRateThrottle]}
    assert checks.unread_rates(None) == []


def test_kind_of_client_that_is_not_known_is_told(settings):
    assert checks.readable_rates(None) == []
    settings.THROTTLE_RATES = {"anon": "5/day"}
    (message,) = checks.readable_rates(None)
    assert "'anon' is no kind of client: there are anonymous and user." in message.msg

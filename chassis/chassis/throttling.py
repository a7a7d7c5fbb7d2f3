"""How often a client may ask, counted once for all workers and servers.

Django REST framework's own throttles read a list and write it back, so that of requests
that come at once too many pass. The cache's `incr` counts in one step.
"""

import hashlib
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from chassis.cache import NotCountedError

KINDS = ("anonymous", "user")
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
RATE = re.compile(f"([0-9]{{1,9}})/({'|'.join(SECONDS)})")


def fault(rates: Any) -> str | None:
    """What is wrong with rates by kind of client, as a sentence; None if nothing."""
    if not isinstance(rates, Mapping):
        return 'Not rates by kind of client, such as {"anonymous": "60/minute"}.'
    for kind, rate in rates.items():
        if kind not in KINDS:
            return f"{kind!r} is no kind of client: there are {' and '.join(KINDS)}."
        if rate != "" and not RATE.fullmatch(str(rate)):
            return f"{rate!r} is no rate, such as 60/minute (second, hour, day)."
    return None


def network(address: str) -> str:
    """An address of IPv4, or the /64 of one of IPv6: what nginx takes for one client.

    Any other text is left as it is, such as a name that NUM_PROXIES lets through.
    """
    with suppress(ValueError):
        found = ip_address(address)
        if isinstance(found, IPv6Address):
            whole = IPv6Network((int(found) >> 64 << 64, 64))
            return str(found.ipv4_mapped or whole)
    return address


def hit(key: str, seconds: int) -> int:
    """Count one more, and return how many there are: 0 where nobody counts."""
    try:
        return cache.incr(key)
    except NotCountedError:
        return 0
    except ValueError:  # it is the first
        if cache.add(key, 1, 2 * seconds):
            return 1
    with suppress(ValueError):  # another was
        return cache.incr(key)
    return 0


class Throttle(BaseThrottle):
    """So many requests of a client in each second, minute, hour or day.

    It counts those to all views together by THROTTLE_RATES, and those to one view by
    `throttle_classes = [Throttle.of(anonymous="5/minute")]`. Where a client's kind has
    no rate, it counts nothing.
    """

    rates: Mapping[str, str] | None = None  # THROTTLE_RATES
    left: float  # seconds of the period

    @classmethod
    def of(cls, **rates: str) -> type["Throttle"]:
        """The class for a view, with rates by kind of client.

        Raises:
            ImproperlyConfigured: a rate cannot be read.
        """
        return type("Throttle.of", (cls,), {"rates": rates})

    def __init_subclass__(cls) -> None:
        if cls.rates is not None and (sentence := fault(cls.rates)):
            raise ImproperlyConfigured(f"{cls.__name__}: {sentence}")

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count a request, and say whether it is one too many."""
        user = request.user
        kind = "user" if user and user.is_authenticated else "anonymous"
        rates = settings.THROTTLE_RATES if self.rates is None else self.rates
        found = RATE.fullmatch(rates.get(kind) or "")
        if found is None:
            return True
        most, seconds = int(found[1]), SECONDS[found[2]]
        who = user.pk if kind == "user" else network(self.get_ident(request))
        name = f"{self.place(view)}:{kind}:{who}:{most}/{seconds}"
        digest = hashlib.sha256(name.encode()).hexdigest()  # so that any key is short
        # By client another begin of the period: not all come back at once.
        period, gone = divmod(time.time() + int(digest[:8], 16), seconds)
        self.left = seconds - gone
        return hit(f"throttle:{digest}:{period:.0f}", seconds) <= most

    def place(self, view: Any) -> str:
        """What is counted together."""
        if self.rates is None:
            return ""
        kind = type(view)
        # An action's own throttles are the instance's, not the class's.
        own = "throttle_classes" in vars(view)
        action = getattr(view, "action", "") if own else ""
        return f"{kind.__module__}.{kind.__name__}.{action}"

    def wait(self) -> float:
        """How many seconds the client should wait."""
        return self.left

"""Tokens, whose guessing is answered with 429.

What keeps them safe is their length, 160 bits; the count, of one worker, keeps the
noise down and tells a misconfigured client to wait. Passwords are nginx's to slow.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:  # rest_framework.views imports this module, through the settings
    from rest_framework.request import Request
    from rest_framework.views import APIView


def network(address: str) -> str:
    """What one client has: an IPv4 address, or of an IPv6 address the /64."""
    parsed = ipaddress.ip_address(address)
    if parsed.version == 4 or parsed.ipv4_mapped:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))


class FailureThrottle(SimpleRateThrottle):
    """Counts failures by client address; asking whether one is allowed counts nothing."""

    scope = "failed-authentication"

    def get_cache_key(self, request: Request, view: APIView | None) -> str:
        return self.cache_format % {"scope": self.scope, "ident": network(self.get_ident(request))}

    def throttle_success(self) -> bool:
        return True

    def count(self) -> None:
        """Record a failure of the request that `allow_request` was asked about."""
        super().throttle_success()


class TokenAuthentication(authentication.TokenAuthentication):
    """`Authorization: Token …`; an address with too many wrong ones gets 429 for more."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        try:
            return super().authenticate(request)
        except AuthenticationFailed:
            # Right tokens are never held back: another client may share the address.
            throttle = FailureThrottle()
            if not throttle.allow_request(request, None):  # type: ignore[arg-type]
                raise Throttled(throttle.wait()) from None
            throttle.count()
            raise

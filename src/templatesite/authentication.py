"""Tokens, with a brake for whoever guesses them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:  # rest_framework.views imports this module, through the settings
    from rest_framework.request import Request
    from rest_framework.views import APIView


class FailureThrottle(SimpleRateThrottle):
    """Counts failures by client address; asking whether one is allowed counts nothing."""

    scope = "failed-authentication"

    def get_cache_key(self, request: Request, view: APIView | None) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}

    def throttle_success(self) -> bool:
        return True

    def count(self) -> None:
        """Record a failure of the request that `allow_request` was asked about."""
        super().throttle_success()


class TokenAuthentication(authentication.TokenAuthentication):
    """`Authorization: Token …`; after too many wrong ones an address gets 429 for a while."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        if not authentication.get_authorization_header(request):
            return None
        throttle = FailureThrottle()
        if not throttle.allow_request(request, None):  # type: ignore[arg-type]
            raise Throttled(throttle.wait())
        try:
            return super().authenticate(request)
        except AuthenticationFailed:
            throttle.count()
            raise

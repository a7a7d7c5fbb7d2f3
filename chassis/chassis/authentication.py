"""Tokens: `Authorization: Token …`, as `manage.py createtoken` makes them."""

from typing import Any

from knox import auth
from rest_framework.exceptions import AuthenticationFailed


class TokenAuthentication(auth.TokenAuthentication):  # type: ignore[misc]
    """knox's, which refuses a token of other characters than it makes instead of failing at it."""

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        """The user and the token that these bytes are.

        Raises:
            AuthenticationFailed: they are no token that holds.
        """
        if not token.isalnum():  # of bytes: ASCII letters and digits
            raise AuthenticationFailed("Invalid token.")
        user_and_token: tuple[Any, Any] = super().authenticate_credentials(token)
        return user_and_token

"""Tokens: `Authorization: Token …`, as `manage.py createtoken` makes them."""

from typing import Any

from knox import auth
from rest_framework.exceptions import AuthenticationFailed


class TokenAuthentication(auth.TokenAuthentication):  # type: ignore[misc]
    """knox's, which refuses a token of characters that it never makes.

    knox itself fails at some of them, and the client would get 500.
    """

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        """The user and the token that these bytes are.

        Raises:
            AuthenticationFailed: they are no token that holds.
        """
        if not token.isalnum():  # of bytes: ASCII letters and digits
            raise AuthenticationFailed("Invalid token.")
        user_and_token: tuple[Any, Any] = super().authenticate_credentials(token)
        return user_and_token

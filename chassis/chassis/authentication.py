"""Tokens: `Authorization: Token …`, as `manage.py createtoken` makes them."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone
from knox import auth
from knox.crypto import hash_token
from knox.models import get_token_model
from knox.settings import knox_settings
from rest_framework.exceptions import AuthenticationFailed


class TokenAuthentication(auth.TokenAuthentication):  # type: ignore[misc]
    """knox's, which finds a token by its digest, in one query that writes nothing.

    knox itself reads all tokens of the user at each request, deletes those that have
    expired, and fails at some characters, where the client would get 500.
    """

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        """The user and the token that these bytes are.

        Raises:
            AuthenticationFailed: they are no token that holds.
        """
        if not token.isalnum():  # of bytes: ASCII letters and digits
            raise AuthenticationFailed("Invalid token.")
        tokens = get_token_model().objects.select_related("user")
        try:
            found = tokens.get(digest=hash_token(token.decode()))
        except ObjectDoesNotExist:
            raise AuthenticationFailed("Invalid token.") from None
        if found.expiry and found.expiry <= timezone.now():
            raise AuthenticationFailed("Invalid token.")
        if knox_settings.AUTO_REFRESH and found.expiry:
            self.renew_token(found)
        user_and_token: tuple[Any, Any] = self.validate_user(found)
        return user_and_token

"""Tokens in the admin.

Whoever writes a token's row with the digest of a token that he knows acts as that row's
user. So a permission to add tokens would be a permission to act as anyone.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from knox.admin import AuthTokenAdmin
from knox.models import AuthToken

admin.site.unregister(AuthToken)


@admin.register(AuthToken)
class TokenAdmin(AuthTokenAdmin):  # type: ignore[misc]
    """knox's; staff with permissions sees and deletes tokens, superusers write them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

"""Who may write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.permissions import IsAuthenticatedOrReadOnly

if TYPE_CHECKING:  # rest_framework.views imports this module, through the settings
    from rest_framework.request import Request
    from rest_framework.views import APIView


class ReadOpenWriteKnown(IsAuthenticatedOrReadOnly):
    """Anyone reads; known users write, and anyone where API_ANONYMOUS_WRITES is true."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return settings.API_ANONYMOUS_WRITES or super().has_permission(request, view)

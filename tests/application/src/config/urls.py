"""A resource and a view that asks another service, beside what every service has."""

from typing import Any

from chassis.outgoing import Session
from chassis.urls import handler400, handler403, handler404, handler500
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def relay(request: HttpRequest) -> HttpResponse:
    """What RELAY_URL answers."""
    answer: Any = Session().get(f"{settings.RELAY_URL}?key=hidden", timeout=10)
    return HttpResponse(answer.content, status=answer.status_code)


def fail(request: HttpRequest) -> HttpResponse:
    """An error of the service's own, with what must reach nobody."""
    secret = request.GET.get("key")
    raise RuntimeError(f"failed {secret is None}")


urlpatterns = [
    path("", include("chassis.urls")),
    path("", include("item.api.urls")),
    path("fail/", fail, name="fail"),
    path("relay/", relay, name="relay"),
]

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

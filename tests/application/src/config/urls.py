"""A resource, beside what every service has."""

from chassis.urls import handler400, handler403, handler404, handler500
from django.urls import include, path

urlpatterns = [
    path("", include("chassis.urls")),
    path("", include("item.api.urls")),
]

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

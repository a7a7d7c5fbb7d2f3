"""The service's URLs: those of every service, and those of its applications."""

from chassis.urls import handler400, handler403, handler404, handler500
from django.urls import include, path

# The most asked first: they are looked through one after the other.
urlpatterns = [
    path("tweet/", include("tweet.api.urls")),
    path("", include("chassis.urls")),
]

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

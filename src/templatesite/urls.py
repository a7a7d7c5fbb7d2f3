"""The site's URLs."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthcheck/", include("healthcheck.urls")),
    path("tweet/", include("tweet.urls")),
]

"""The health check's URLs."""

from django.urls import path

from healthcheck import views

urlpatterns = [
    path("", views.readiness),
    path("live/", views.liveness),
]

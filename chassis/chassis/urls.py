"""What every service has beside its API.

Health and metrics are answered before URLs (chassis.health.middleware).
"""

from typing import Any, cast

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from chassis.mail.forms import ForgottenForm

home = TemplateView.as_view(
    template_name="home.html", extra_context=settings.SPECTACULAR_SETTINGS
)
swagger = SpectacularSwaggerSplitView(
    url_name="schema", template_name="chassis/docs.html"
)


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """drf-spectacular's page as a plain view: the API's have no page for errors."""
    answer: Any = cast("Any", swagger).get(request)
    return render(request, answer.template_name, answer.data, answer.content_type)


# The admin's login page has a link to the first, by its name.
passwords = [
    path(
        "admin/password_reset/",
        auth.PasswordResetView.as_view(form_class=ForgottenForm),
        name="admin_password_reset",
    ),
    path(
        "admin/password_reset/done/",
        auth.PasswordResetDoneView.as_view(),
        name="password_reset_done",
    ),
    path(
        "admin/reset/<uidb64>/<token>/",
        auth.PasswordResetConfirmView.as_view(),
        name="password_reset_confirm",
    ),
    path(
        "admin/reset/done/",
        auth.PasswordResetCompleteView.as_view(),
        name="password_reset_complete",
    ),
]

urlpatterns = [
    path("", home, name="home"),
    *(passwords if settings.EMAIL_URL else []),
    path("admin/", admin.site.urls),
    path("api-auth/", include("rest_framework.urls")),
    path("docs/", docs, name="docs"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
]

handler400 = "chassis.errors.bad_request"
handler403 = "chassis.errors.permission_denied"
handler404 = "chassis.errors.page_not_found"
handler500 = "chassis.errors.server_error"

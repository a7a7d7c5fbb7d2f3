"""The site's URLs. Health and metrics are answered before these (healthcheck.middleware)."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

urlpatterns = [
    path("", TemplateView.as_view(template_name="home.html", extra_context=settings.SPECTACULAR_SETTINGS), name="home"),
    path("admin/", admin.site.urls),
    path("api-auth/", include("rest_framework.urls")),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="docs.html"), name="docs"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("tweet/", include("tweet.urls")),
]

handler400 = "templatesite.errors.bad_request"
handler403 = "templatesite.errors.permission_denied"
handler404 = "templatesite.errors.page_not_found"
handler500 = "templatesite.errors.server_error"

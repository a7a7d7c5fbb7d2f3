"""The site's URLs. Health and metrics are answered before these (healthcheck.middleware)."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api-auth/", include("rest_framework.urls")),
    path("docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("tweet/", include("tweet.urls")),
]

handler400 = "templatesite.errors.bad_request"
handler403 = "templatesite.errors.permission_denied"
handler404 = "templatesite.errors.page_not_found"
handler500 = "templatesite.errors.server_error"

"""The site's URLs and one that fails."""

from django.urls import path

from templatesite import urls


def fail(request):
    raise RuntimeError("internals")


handler500 = urls.handler500
urlpatterns = [*urls.urlpatterns, path("fail/", fail)]

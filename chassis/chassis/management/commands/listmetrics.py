"""Print the names of the metrics that a server has from its start; run in Django's shell."""

from django.core.wsgi import get_wsgi_application
from prometheus_client import REGISTRY

get_wsgi_application()  # middleware makes some
print(*sorted(metric.name for metric in REGISTRY.collect()), sep="\n")

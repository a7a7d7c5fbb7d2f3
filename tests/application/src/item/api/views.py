"""A list and a resource that can be written."""

from typing import Any

from chassis.viewsets import ResourceViewSet
from django.conf import settings
from rest_framework.permissions import AllowAny

from item.api.serializers import ItemSerializer
from item.models import Item


class ItemViewSet(ResourceViewSet[Item]):
    """Items; anyone may write them where API_ANONYMOUS_WRITES is true."""

    queryset = Item.objects.all()
    serializer_class = ItemSerializer
    lookup_value_converter = "int"

    def get_permissions(self) -> Any:
        return (
            [AllowAny()] if settings.API_ANONYMOUS_WRITES else super().get_permissions()
        )

"""A list and a resource that can be written."""

from http import HTTPStatus
from typing import Any

from chassis.viewsets import ResourceViewSet
from django.conf import settings
from django.db import transaction
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from item.api.serializers import ItemSerializer
from item.models import Item
from item.tasks import write


class ItemViewSet(ResourceViewSet[Item]):
    """Items; anyone may write them where API_ANONYMOUS_WRITES is true."""

    queryset = Item.objects.all()
    serializer_class = ItemSerializer
    lookup_value_converter = "int"

    @action(detail=False, methods=["post"])
    def later(self, request: Request) -> Response:
        """Let a task write one, in `?seconds=` and if not `?undo=`; its id."""
        query = request.query_params
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        text = serializer.validated_data["text"]
        with transaction.atomic():
            result = write.enqueue(text, float(query.get("seconds", 0)))
            transaction.set_rollback("undo" in query)
        return Response({"task": str(result.id)}, status=HTTPStatus.ACCEPTED)

    def get_permissions(self) -> Any:
        return (
            [AllowAny()] if settings.API_ANONYMOUS_WRITES else super().get_permissions()
        )

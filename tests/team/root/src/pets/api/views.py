"""The API of pets."""

from chassis.pagination import LimitOffsetPagination
from chassis.viewsets import ResourceViewSet
from django.conf import settings
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import BaseSerializer

from pets.api.serializers import KindSerializer, PetSerializer
from pets.models import Kind, Pet


class KindViewSet(ResourceViewSet[Kind]):
    """Kinds of pets, in pages by number."""

    queryset = Kind.objects.all()
    serializer_class = KindSerializer
    pagination_class = LimitOffsetPagination
    lookup_value_converter = "int"


class PetViewSet(ResourceViewSet[Pet]):
    """Pets, newest first."""

    queryset = Pet.objects.all()
    serializer_class = PetSerializer
    lookup_value_converter = "int"

    def perform_create(self, serializer: BaseSerializer[Pet]) -> None:
        """No kind has more pets than PETS_LIMIT."""
        kind = serializer.validated_data["kind"]
        if kind.pets.count() >= settings.PETS_LIMIT:
            raise ValidationError({"kind": ["There are enough of this kind."]})
        serializer.save()

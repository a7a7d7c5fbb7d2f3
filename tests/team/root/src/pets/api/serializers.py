"""Pets as JSON."""

from chassis.serializers import ResourceSerializer

from pets.models import Kind, Pet


class KindSerializer(ResourceSerializer[Kind]):
    class Meta:
        model = Kind
        fields = ["id", "name", "href"]


class PetSerializer(ResourceSerializer[Pet]):
    class Meta:
        model = Pet
        fields = ["id", "kind", "name", "born", "arrived", "href"]

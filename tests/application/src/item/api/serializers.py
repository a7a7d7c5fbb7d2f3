from chassis.serializers import ResourceSerializer

from item.models import Item


class ItemSerializer(ResourceSerializer[Item]):
    class Meta:
        model = Item
        fields = ["id", "text", "href"]

"""What the serializers of all resources have in common."""

from types import SimpleNamespace
from typing import Any

from django.db.models import Model
from rest_framework.relations import Hyperlink, HyperlinkedIdentityField
from rest_framework.serializers import HyperlinkedModelSerializer


class IdentityField(HyperlinkedIdentityField):
    """The address of each row, for which a URL is looked up once for all rows of an answer.

    By numbers: the address of one with this number is reversed, and a row's own put in its
    place. Other lookups (slugs, UUIDs) are reversed for each row, as Django REST framework does.
    """

    PLACE = 7_046_029_254_386_353_087  # no address has it by chance
    around: tuple[str, str] | None = None  # what comes before and after the number

    def to_representation(self, value: Any) -> Hyperlink:
        number = getattr(value, self.lookup_field)
        if not isinstance(number, int):
            return super().to_representation(value)
        if self.around is None:
            there = super().to_representation(SimpleNamespace(**{"pk": self.PLACE, self.lookup_field: self.PLACE}))
            before, _, after = str(there).partition(str(self.PLACE))
            self.around = before, after
        return Hyperlink(f"{self.around[0]}{number}{self.around[1]}", value)


class ResourceSerializer[M: Model](HyperlinkedModelSerializer[M]):
    """A row with the address at which it is found, as `href`."""

    serializer_url_field = IdentityField

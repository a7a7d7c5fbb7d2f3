"""What the serializers of all resources have in common."""

from types import SimpleNamespace
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from rest_framework.relations import Hyperlink, HyperlinkedIdentityField
from rest_framework.serializers import HyperlinkedModelSerializer


class IdentityField(HyperlinkedIdentityField):
    """The address of each row.

    From the second row on, URLs that only differ by a number are not looked up. Other addresses
    (by slugs or UUIDs, with padded numbers, by a `get_url` of one's own) are looked up for each
    row, as Django REST framework does.
    """

    SHORT, LONG = 7, 7_046_029_254_386_353_087
    is_first = True
    around: tuple[str, ...] | None = None  # what comes before and after the number

    def to_representation(self, value: Any) -> Hyperlink:
        if self.is_first:
            self.is_first = False
            return super().to_representation(value)
        if self.around is None:
            self.around = self.find_around()
        number = getattr(value, self.lookup_field)
        if not self.around or type(number) is not int or number < 0 or value.pk is None:
            return super().to_representation(value)
        return Hyperlink(f"{self.around[0]}{number}{self.around[1]}", value)

    def find_around(self) -> tuple[str, ...]:
        """What is before and after the number in an address; nothing where more of them differs."""
        if type(self).get_url is not HyperlinkedIdentityField.get_url:
            return ()
        try:
            short, long = self.address_of(self.SHORT), self.address_of(self.LONG)
        except ImproperlyConfigured:  # a pattern that takes fewer digits
            return ()
        before, place, after = long.rpartition(str(self.LONG))
        return (before, after) if place and short == f"{before}{self.SHORT}{after}" else ()

    def address_of(self, number: int) -> str:
        return str(super().to_representation(SimpleNamespace(**{self.lookup_field: number})))


class ResourceSerializer[M: Model](HyperlinkedModelSerializer[M]):
    """A row with the address at which it is found, as `href`."""

    serializer_url_field = IdentityField

"""What the serializers of all resources have in common."""

from types import SimpleNamespace
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from rest_framework.relations import Hyperlink, HyperlinkedIdentityField
from rest_framework.serializers import HyperlinkedModelSerializer


class IdentityField(HyperlinkedIdentityField):
    """The address of each row.

    From the second row on, URLs that only differ by a number are not looked up. Other
    addresses (by slugs or UUIDs, with padded numbers, by a `get_url` of one's own) are
    looked up for each row, as Django REST framework does.
    """

    # Short and long, odd and even, with other remainders: all addresses must be alike.
    PROBES = (7, 18, 7_046_029_254_386_353_087)
    is_first = True
    around: tuple[str, ...] | None = None  # what comes before and after the number

    def to_representation(self, value: Any) -> Hyperlink:
        if self.is_first:
            self.is_first = False
            return super().to_representation(value)
        if self.around is None:
            self.around = self.find_around()
        number = getattr(value, self.lookup_field)
        is_saved = getattr(value, "pk", number) is not None
        if not (self.around and type(number) is int and number > 0 and is_saved):
            return super().to_representation(value)
        return Hyperlink(f"{self.around[0]}{number}{self.around[1]}", value)

    def find_around(self) -> tuple[str, ...]:
        """What is around the number in an address; nothing where more differs."""
        if type(self).get_url is not HyperlinkedIdentityField.get_url:
            return ()
        try:
            addresses = {number: self.address_of(number) for number in self.PROBES}
        except ImproperlyConfigured:  # a pattern that takes fewer digits
            return ()
        longest = max(addresses)
        before, place, after = addresses[longest].rpartition(str(longest))
        alike = {f"{before}{number}{after}" for number in self.PROBES} == set(
            addresses.values()
        )
        return (before, after) if place and alike else ()

    def address_of(self, number: int) -> str:
        return str(
            super().to_representation(SimpleNamespace(**{self.lookup_field: number}))
        )


class ResourceSerializer[M: Model](HyperlinkedModelSerializer[M]):
    """A row with the address at which it is found, as `href`."""

    serializer_url_field = IdentityField

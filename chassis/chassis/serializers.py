"""What the serializers of all resources have in common."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from functools import cache, lru_cache, partial
from types import SimpleNamespace
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist
from django.core.signals import setting_changed
from django.db.models import Model
from django.dispatch import receiver
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.translation import get_language
from rest_framework import fields
from rest_framework.fields import (
    BooleanField,
    CharField,
    DateTimeField,
    FloatField,
    IntegerField,
    SkipField,
)
from rest_framework.relations import (
    Hyperlink,
    HyperlinkedIdentityField,
    PKOnlyObject,
    RelatedField,
)
from rest_framework.serializers import BaseSerializer, HyperlinkedModelSerializer
from rest_framework.settings import api_settings

type Field = fields.Field[Any, Any, Any, Any]
type Reader = Callable[[Any], Any]


# Short and long, odd and even, with other remainders: all addresses must be alike.
PROBES = (7, 18, 7_046_029_254_386_353_087)
type Around = tuple[str, str]  # what comes before and after a number in addresses


def find_around(address: Callable[[int], str]) -> Around | None:
    """What is around each number in its address; None where more differs.

    Raises:
        NoReverseMatch, ImproperlyConfigured: a number has no address.
    """
    addresses = {number: address(number) for number in PROBES}
    longest = max(addresses)
    before, place, after = addresses[longest].rpartition(str(longest))
    alike = all(addresses[number] == f"{before}{number}{after}" for number in PROBES)
    return (before, after) if place and alike else None


@lru_cache(maxsize=1024)
def find_path(
    view: str, keyword: str, urlconf: Any, _prefix: str, _language: str
) -> Around | None:
    """What is around the numbers in paths to a view, which depend on all of these."""
    try:
        return find_around(
            lambda number: reverse(view, urlconf=urlconf, kwargs={keyword: number})
        )
    except NoReverseMatch:  # a pattern that takes fewer digits
        return None


class IdentityField(HyperlinkedIdentityField):
    """The address of each row.

    URLs that only differ by a number are looked up once, and once for each request that
    may change them, by a version or a format. Other addresses (by slugs or UUIDs, with
    padded numbers, by a `get_url` of one's own) are looked up for each row, as Django
    REST framework does.
    """

    rows = 0
    around: Around | None = None

    def to_representation(self, value: Any) -> Hyperlink:
        self.rows += 1
        if self.rows == 1:
            self.around = self.of_path()
        elif self.rows == 2 and not self.around:
            self.around = self.of_probes()
        number = getattr(value, self.lookup_field)
        is_saved = getattr(value, "pk", number) is not None
        if not (self.around and type(number) is int and number > 0 and is_saved):
            return super().to_representation(value)
        return Hyperlink(f"{self.around[0]}{number}{self.around[1]}", value)

    def of_path(self) -> Around | None:
        """What is around the numbers where an address is host and path alone."""
        request = self.context.get("request")
        if (
            request is None
            or getattr(request, "versioning_scheme", None)
            or self.context.get("format")
            or api_settings.URL_FORMAT_OVERRIDE in request.GET
            or type(self).get_url is not HyperlinkedIdentityField.get_url
        ):
            return None
        urlconf = get_urlconf() or settings.ROOT_URLCONF
        place = urlconf, get_script_prefix(), str(get_language())
        found = find_path(str(self.view_name), self.lookup_url_kwarg, *place)
        if found is None or "//" in found[0] or "/." in found[0]:
            return None
        return request.build_absolute_uri(found[0]), found[1]

    def of_probes(self) -> Around | None:
        """What is around the numbers in addresses of this request."""
        if type(self).get_url is not HyperlinkedIdentityField.get_url:
            return None
        try:
            return find_around(self.address_of)
        except ImproperlyConfigured:  # a pattern that takes fewer digits
            return None

    def address_of(self, number: int) -> str:
        row = SimpleNamespace(**{self.lookup_field: number})
        return str(super().to_representation(row))


# Methods that decide which fields a serializer has. A serializer that overrides one may
# decide by the request.
DECIDES = (
    "build_field",
    "build_nested_field",
    "build_property_field",
    "build_relational_field",
    "build_standard_field",
    "build_unknown_field",
    "build_url_field",
    "get_default_field_names",
    "get_extra_kwargs",
    "get_field_names",
    "get_unique_for_date_validators",
    "get_uniqueness_extra_kwargs",
    "include_extra_kwargs",
)


@cache
def decides_alike(serializer: type) -> bool:
    """Whether all instances of a serializer have the same fields."""
    return all(
        getattr(serializer, name) is getattr(HyperlinkedModelSerializer, name)
        for name in DECIDES
    )


class Prototype:
    """A field without a serializer; copies of it cost less than making it."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.state = vars(field)
        self.own = [
            name for name, value in self.state.items() if isinstance(value, dict | list)
        ]
        # A child knows its parent.
        self.has_children = isinstance(field, BaseSerializer) or any(
            isinstance(value, fields.Field) for value in self.state.values()
        )

    def copy(self) -> Field:
        kind = type(self.field)
        if self.has_children or kind.__deepcopy__ is not fields.Field.__deepcopy__:
            return deepcopy(self.field)
        made = object.__new__(kind)
        state = vars(made)
        state.update(self.state)
        for name in self.own:
            state[name] = state[name].copy()
        return made


MISSING = object()
# By what a field does with a value: the type of values that it leaves as they are.
LEAVES: dict[Callable[..., Any], type] = {
    BooleanField.to_representation: bool,
    CharField.to_representation: str,
    FloatField.to_representation: float,
    IntegerField.to_representation: int,
}


def represent(field: Field, row: Any) -> Any:
    """As Django REST framework does it.

    Raises:
        SkipField: the row lacks it, and need not have it.
    """
    value = field.get_attribute(row)
    is_none = value is None or (isinstance(value, PKOnlyObject) and value.pk is None)
    return None if is_none else field.to_representation(value)


def reader(field: Field) -> Reader:
    """What represents a field of many rows, with less work for usual values."""
    kind = type(field)
    if kind.get_attribute is RelatedField.get_attribute:
        is_row = isinstance(field, HyperlinkedIdentityField) and field.source == "*"
        return field.to_representation if is_row else partial(represent, field)
    left = LEAVES.get(kind.to_representation)
    is_time = kind.to_representation is DateTimeField.to_representation
    if kind.get_attribute is not fields.Field.get_attribute or not (left or is_time):
        return partial(represent, field)
    if isinstance(field, DateTimeField) and not hasattr(field, "timezone"):
        vars(field)["timezone"] = field.default_timezone()  # the same for all rows
    name = str(field.source)

    def read(row: Model) -> Any:
        try:
            value = getattr(row, name, MISSING)
        except ObjectDoesNotExist:
            return represent(field, row)
        if value is None or type(value) is left:
            return value
        if is_time and type(value) is datetime:
            return field.to_representation(value)
        return represent(field, row)

    return read


class ResourceSerializer[M: Model](HyperlinkedModelSerializer[M]):
    """A row with the address at which it is found, as `href`.

    Its fields are found once for the class. Each serializer has copies of them, which
    it may change.
    """

    serializer_url_field = IdentityField
    found: ClassVar[dict[type, dict[str, Prototype]]] = {}
    seen: dict[str, Field] | None = None  # the fields of the row before
    readers: list[tuple[str, Reader]] | None

    def get_fields(self) -> dict[str, Field]:
        kind = type(self)
        if not decides_alike(kind):
            return super().get_fields()
        if kind not in self.found:
            made = super().get_fields().items()
            self.found[kind] = {name: Prototype(field) for name, field in made}
        return {name: field.copy() for name, field in self.found[kind].items()}

    def to_representation(self, instance: M) -> dict[str, Any]:
        """As Django REST framework does it; from the second row on with less work."""
        present = getattr(self.fields, "fields", self.fields)
        if self.seen != present or not isinstance(instance, Model):
            self.seen, self.readers = dict(present), None
            return super().to_representation(instance)
        if self.readers is None:
            self.readers = [
                (str(field.field_name), reader(field))
                for field in self._readable_fields
            ]
        row = {}
        for name, read in self.readers:
            try:
                row[name] = read(instance)
            except SkipField:
                continue
        return row


@receiver(setting_changed)
def forget_fields(**_change: object) -> None:
    """A test's settings may make other fields."""
    ResourceSerializer.found.clear()
    find_path.cache_clear()

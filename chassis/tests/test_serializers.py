from collections import namedtuple

import pytest
from django.test import RequestFactory
from django.urls import path, re_path, register_converter
from django.urls.converters import IntConverter
from rest_framework import relations
from rest_framework.relations import HyperlinkedIdentityField
from rest_framework.request import Request
from rest_framework.reverse import reverse
from rest_framework.serializers import CharField, Serializer

from chassis.serializers import IdentityField
from tests.models import Note


class Padded(IntConverter):
    def to_url(self, value: int) -> str:
        return f"{value:04}"


class Hex(IntConverter):
    regex = "[0-9a-f]+"

    def to_url(self, value: int) -> str:
        return f"{value:x}"


class Shard(IntConverter):
    regex = "[0-9]/[0-9]+"

    def to_url(self, value: int) -> str:
        return f"{value % 10}/{value}"


register_converter(Padded, "padded")
register_converter(Hex, "hex")
register_converter(Shard, "shard")
urlpatterns = [
    path("number/<int:pk>/", lambda: None, name="number"),
    path("text/<str:text>/", lambda: None, name="text"),
    path("padded/<padded:pk>/", lambda: None, name="padded"),
    path("hex/<hex:pk>/", lambda: None, name="hex"),
    path("shard/<shard:pk>/", lambda: None, name="shard"),
    re_path(r"^even/(?P<pk>[0-9]*[02468])/$", lambda: None, name="parity"),
    re_path(r"^odd/(?P<pk>[0-9]*[13579])/$", lambda: None, name="parity"),
    re_path(r"^short/(?P<pk>[0-9]{1,10})/$", lambda: None, name="short"),
]


@pytest.fixture(autouse=True)
def _urls(settings):
    settings.ROOT_URLCONF = __name__


NUMBERS = [1, 20, 3, 12_345, 2**32]


def hrefs(
    field: HyperlinkedIdentityField, query: str, numbers: list[int | None] = NUMBERS
) -> list[str | None]:
    class Hrefs(Serializer):
        href = field
        text = CharField()

    rows = [
        Note(pk=number, text=f"a b \N{LATIN SMALL LETTER U WITH DIAERESIS} {number}")
        for number in numbers
    ]
    context = {
        "request": Request(RequestFactory().get(f"/list/{query}")),
        "format": None,
    }
    return [row["href"] for row in Hrefs(rows, many=True, context=context).data]


@pytest.mark.parametrize("query", ["", "?format=json", "?other=1"])
@pytest.mark.parametrize(
    ("view", "lookup"),
    [
        ("number", "pk"),
        ("text", "text"),
        ("padded", "pk"),
        ("hex", "pk"),
        ("short", "pk"),
        ("shard", "pk"),
        ("parity", "pk"),
    ],
)
def test_address_is_that_of_django_rest_framework(view: str, lookup: str, query: str):
    own = hrefs(IdentityField(view_name=view, lookup_field=lookup), query)
    theirs = hrefs(HyperlinkedIdentityField(view_name=view, lookup_field=lookup), query)
    assert own == theirs
    assert [href.name for href in own] == [href.name for href in theirs]
    assert own[0].startswith("http://testserver/")


def test_url_is_not_looked_up_for_each_row(monkeypatch):
    looked_up = []

    def record(*arguments, **keywords):
        looked_up.append(arguments)
        return reverse(*arguments, **keywords)

    monkeypatch.setattr(relations, "reverse", record)
    assert len(hrefs(IdentityField(view_name="number"), "", list(range(1, 101)))) == 100
    assert len(looked_up) < 10  # the first row's, and some to see how addresses differ
    looked_up.clear()
    assert len(hrefs(IdentityField(view_name="number"), "", [1])) == 1
    assert len(looked_up) == 1


def test_row_that_is_not_saved_has_no_address():
    assert hrefs(IdentityField(view_name="number"), "", [None, 1, None]) == [
        None,
        "http://testserver/number/1/",
        None,
    ]


def test_row_that_is_no_model_has_the_address_of_its_field():
    row = namedtuple("row", ["id"])  # as values_list() gives them

    class Hrefs(Serializer):
        href = IdentityField(
            view_name="number", lookup_field="id", lookup_url_kwarg="pk"
        )

    context = {"request": Request(RequestFactory().get("/list/")), "format": None}
    rows = Hrefs([row(1), row(2)], many=True, context=context).data
    assert [each["href"][-10:] for each in rows] == ["/number/1/", "/number/2/"]


def test_get_url_of_ones_own_is_asked_for_each_row():
    class Own(IdentityField):
        def get_url(self, obj, view_name, request, format):  # noqa: A002
            return f"/{obj.text}/"

    assert hrefs(Own(view_name="number"), "", [1, 2]) == [
        "/a b \xfc 1/",
        "/a b \xfc 2/",
    ]

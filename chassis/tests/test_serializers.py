from collections import namedtuple
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import RequestFactory
from django.urls import (
    get_script_prefix,
    path,
    re_path,
    register_converter,
    reverse,
    set_script_prefix,
)
from django.urls.converters import IntConverter
from django.utils import timezone
from rest_framework import relations
from rest_framework.relations import HyperlinkedIdentityField
from rest_framework.request import Request
from rest_framework.serializers import (
    BooleanField,
    CharField,
    HyperlinkedModelSerializer,
    IntegerField,
    ListField,
    Serializer,
    SerializerMethodField,
)

from chassis import serializers
from chassis.serializers import IdentityField, ResourceSerializer
from tests.models import Note, Task


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


@pytest.fixture
def looked_up(monkeypatch) -> list[object]:
    """The URLs that are looked up from now on."""
    names: list[object] = []

    def record(*arguments, **keywords):
        names.append(arguments)
        return reverse(*arguments, **keywords)

    monkeypatch.setattr(relations, "reverse", record)
    monkeypatch.setattr(serializers, "reverse", record)
    return names


def test_url_is_not_looked_up_for_each_row(looked_up):
    assert len(hrefs(IdentityField(view_name="number"), "", list(range(1, 101)))) == 100
    assert len(looked_up) < 5  # some to see how addresses differ


def test_url_is_not_looked_up_for_each_request(looked_up):
    hrefs(IdentityField(view_name="number"), "", [1])
    looked_up.clear()
    assert hrefs(IdentityField(view_name="number"), "", [2]) == [
        "http://testserver/number/2/"
    ]
    assert looked_up == []


def test_address_is_that_of_the_scripts_place():
    """A service below a path of its host has links below that path."""
    field, prefix = IdentityField(view_name="number"), get_script_prefix()
    assert hrefs(field, "", [1]) == ["http://testserver/number/1/"]
    set_script_prefix("/below/")
    try:
        field = IdentityField(view_name="number")
        assert hrefs(field, "", [1]) == ["http://testserver/below/number/1/"]
    finally:
        set_script_prefix(prefix)


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


class Plain(HyperlinkedModelSerializer):
    """A task with fields of all kinds, as Django REST framework represents it."""

    late = BooleanField(source="is_late", read_only=True)
    shout = SerializerMethodField()
    words = ListField(child=CharField(), source="parts", read_only=True)
    text = CharField(source="note.text", read_only=True)
    about = CharField(source="note", read_only=True)
    maybe = CharField(required=False, read_only=True)
    secret = CharField(write_only=True, source="title")
    wrong = IntegerField(source="title_number", read_only=True)
    lost = CharField(source="gone", read_only=True)

    class Meta:
        model = Task
        fields = ["title", "created", "day", "hour", "takes", "cost", "weight", "code"]
        fields += ["done", "priority", "note_id", "due", "body", "late", "shout"]
        fields += ["words", "text", "about", "maybe", "secret", "wrong", "lost"]

    def get_shout(self, row):
        return str(row.title).upper()


class Ours(ResourceSerializer, Plain):
    pass


@pytest.fixture(autouse=True)
def _rows_have_more_than_columns(monkeypatch):
    @property
    def gone(_row) -> str:
        raise Note.DoesNotExist

    more = {
        "title_number": "12",
        "is_late": lambda row: row.pk > 1,
        "parts": ["a", "b"],
        "gone": gone,
    }
    for name, value in more.items():
        monkeypatch.setattr(Task, name, value, raising=False)


def rows() -> list[Task]:
    note = Note(pk=1, text="n")
    now = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    usual = {"cost": Decimal("1.5"), "takes": timedelta(hours=1), "day": now.date()}
    made = [
        Task(pk=pk, title=f"a {pk}", note=note, created=now, **usual)
        for pk in (1, 2, 3, 4)
    ]
    made[2].title, made[2].due, made[2].priority = 7, now, "3"  # before a clean()
    made[3].created = "2026-12-01"
    return made


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
def test_rows_are_represented_as_django_rest_framework_does_it(zone: str):
    """Each of many rows is what the first one would be, whatever its values are."""
    made = rows()
    with timezone.override(zone):
        theirs = Plain(made, many=True).data
        assert Ours(made, many=True).data == theirs
        assert [Ours(row).data for row in made] == theirs


def test_rows_may_be_no_models():
    """values() gives dicts."""

    class Titles(ResourceSerializer):
        class Meta:
            model = Task
            fields = ["title", "priority"]

    values = [{"title": "a", "priority": 1}, {"title": None, "priority": "2"}]
    assert Titles(values, many=True).data == [
        {"title": "a", "priority": 1},
        {"title": None, "priority": 2},
    ]


def test_row_may_hide_a_field_from_those_after_it():
    class Hiding(Ours):
        def to_representation(self, instance):
            if instance.pk == 3:
                self.fields.pop("title")
            return super().to_representation(instance)

    shown = ["title" in row for row in Hiding(rows(), many=True).data]
    assert shown == [True, True, False, False]


def test_row_that_lacks_a_field_which_it_needs_is_an_error():
    class Lacking(ResourceSerializer):
        absent = CharField()

        class Meta:
            model = Task
            fields = ["absent"]

    with pytest.raises(AttributeError, match="absent"):
        Lacking(rows(), many=True).data  # noqa: B018


def test_serializer_may_change_its_fields_without_changing_those_of_others():
    changed, other = Ours(), Ours()
    changed.fields.pop("title")
    changed.fields["body"].validators.clear()
    changed.fields["body"].error_messages["blank"] = "Say something."
    changed.fields["words"].child.error_messages["blank"] = "Say something."
    for serializer in (other, Ours()):
        assert "title" in serializer.fields
        assert serializer.fields["body"].validators
        for field in (serializer.fields["body"], serializer.fields["words"].child):
            assert field.error_messages["blank"] == "This field may not be blank."


def test_serializer_may_choose_its_fields_by_the_request():
    class Choosing(ResourceSerializer):
        class Meta:
            model = Task
            fields = ["title", "body"]

        def get_extra_kwargs(self):
            return {"body": {"read_only": self.context["read_only"]}}

    for read_only in (True, False, True):
        made = Choosing(context={"read_only": read_only})
        assert made.fields["body"].read_only is read_only

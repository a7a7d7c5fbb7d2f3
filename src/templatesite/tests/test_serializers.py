import pytest
from django.test import RequestFactory
from django.urls import path
from rest_framework import relations
from rest_framework.relations import HyperlinkedIdentityField
from rest_framework.request import Request
from rest_framework.reverse import reverse
from rest_framework.serializers import CharField, Serializer

from templatesite.serializers import IdentityField
from tweet.models import Tweet

urlpatterns = [
    path("number/<int:pk>/", lambda: None, name="number"),
    path("text/<str:text>/", lambda: None, name="text"),
]


@pytest.fixture(autouse=True)
def _urls(settings):
    settings.ROOT_URLCONF = __name__


NUMBERS = [1, 20, 2**63 - 1]


def hrefs(field: HyperlinkedIdentityField, query: str, numbers: list[int | None] = NUMBERS) -> list[str | None]:
    class Hrefs(Serializer):
        href = field
        text = CharField()

    rows = [Tweet(pk=number, text=f"a b \N{LATIN SMALL LETTER U WITH DIAERESIS} {number}") for number in numbers]
    context = {"request": Request(RequestFactory().get(f"/list/{query}")), "format": None}
    return [row["href"] for row in Hrefs(rows, many=True, context=context).data]


@pytest.mark.parametrize("query", ["", "?format=json", "?other=1"])
@pytest.mark.parametrize(("view", "lookup"), [("number", "pk"), ("text", "text")])
def test_address_is_that_of_django_rest_framework(view: str, lookup: str, query: str):
    own = hrefs(IdentityField(view_name=view, lookup_field=lookup), query)
    assert own == hrefs(HyperlinkedIdentityField(view_name=view, lookup_field=lookup), query)
    assert own[0].startswith("http://testserver/")


def test_url_is_looked_up_once_for_all_rows(monkeypatch):
    looked_up = []

    def record(*arguments, **keywords):
        looked_up.append(arguments)
        return reverse(*arguments, **keywords)

    monkeypatch.setattr(relations, "reverse", record)
    assert len(hrefs(IdentityField(view_name="number"), "")) == 3
    assert len(looked_up) == 1


def test_row_that_is_not_saved_has_no_address():
    assert hrefs(IdentityField(view_name="number"), "", [None]) == [None]

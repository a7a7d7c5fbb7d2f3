import pytest

from item.models import Item


@pytest.mark.django_db
def test_item_is_written_and_read(api, settings):
    settings.API_ANONYMOUS_WRITES = True
    href = api.post("/item/", {"text": "written"}).json()["href"]
    assert api.get(href).json()["text"] == str(Item.objects.get()) == "written"

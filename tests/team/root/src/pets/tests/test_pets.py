from http import HTTPStatus

import pytest

from pets.models import Kind, Pet

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind() -> Kind:
    return Kind.objects.create(name="dog")


def test_stranger_reads_and_does_not_write(api, kind):
    assert api.get("/pet/").status_code == HTTPStatus.OK
    assert (
        api.post("/pet/", {"kind": "/kind/1/", "name": "Rex"}).status_code
        == HTTPStatus.UNAUTHORIZED
    )


def test_newest_comes_first_in_pages(api, kind):
    pets = [
        Pet.objects.create(kind=kind, name=f"  pet   {number}") for number in range(5)
    ]
    assert str(pets[0]) == "pet 0"
    first = api.get("/pet/?limit=2")
    assert [pet["id"] for pet in first.json()] == [pets[4].id, pets[3].id]
    link = first.headers["Link"].partition(">")[0].removeprefix("<")
    assert [pet["id"] for pet in api.get(link).json()] == [pets[2].id, pets[1].id]


def test_kinds_are_counted(api, kind):
    assert api.get("/kind/?limit=1").json()["count"] == 1
    assert str(kind) == "dog"
    assert api.get("/kind/?offset=10001").status_code == HTTPStatus.BAD_REQUEST


def test_owner_writes_until_there_are_enough(user_api, kind, settings):
    settings.PETS_LIMIT = 3
    body = {"kind": f"http://testserver/kind/{kind.id}/", "name": "Rex"}
    for _ in range(3):
        assert user_api.post("/pet/", body).status_code == HTTPStatus.CREATED
    refused = user_api.post("/pet/", body)
    assert refused["Content-Type"] == "application/problem+json"
    wrong = {"kind": ["There are enough of this kind."]}
    assert refused.json() == {"status": 400, "title": "Bad Request", "wrong": wrong}


def test_name_of_a_kind_is_unique(user_api, kind):
    assert (
        user_api.post("/kind/", {"name": "dog"}).status_code == HTTPStatus.BAD_REQUEST
    )

from http import HTTPStatus

import pytest
from django.test import Client

from tweet.models import Tweet

pytestmark = pytest.mark.django_db


@pytest.fixture
def anonymous_writes(settings):
    settings.API_ANONYMOUS_WRITES = True


@pytest.fixture
def tweet() -> Tweet:
    return Tweet.objects.create(text="first")


def test_list_is_a_plain_array_in_id_order(client: Client, tweet: Tweet):
    other = Tweet.objects.create(text="second")
    response = client.get("/tweet/")
    assert response.status_code == HTTPStatus.OK
    assert [item["id"] for item in response.json()] == [tweet.id, other.id]
    assert set(response.json()[0]) == {"id", "text", "timestamp", "href"}


def test_href_resolves_to_the_tweet(client: Client, tweet: Tweet):
    (listed,) = client.get("/tweet/").json()
    assert listed["href"] == f"http://testserver/tweet/{tweet.id}/"
    assert client.get(listed["href"]).json() == listed


def test_post_makes_a_tweet(client: Client, anonymous_writes):
    response = client.post("/tweet/", {"text": "new"}, content_type="application/json")
    assert response.status_code == HTTPStatus.CREATED
    assert Tweet.objects.get().text == "new"
    assert response["Location"] == response.json()["href"]


def test_post_is_refused_without_credentials(client: Client):
    response = client.post("/tweet/", {"text": "new"}, content_type="application/json")
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert not Tweet.objects.exists()


@pytest.mark.parametrize("text", ["", "x" * 281, "nul \x00"])
def test_text_that_does_not_fit_is_refused(client: Client, anonymous_writes, text: str):
    response = client.post("/tweet/", {"text": text}, content_type="application/json")
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert set(response.json()) == {"text"}


def test_unknown_id_is_not_found(client: Client):
    assert client.get("/tweet/1/").status_code == HTTPStatus.NOT_FOUND

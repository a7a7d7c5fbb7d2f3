import re
from http import HTTPStatus


def test_list_is_a_plain_array_with_addresses_that_resolve(client, tweet):
    listed = client.get("/tweet/").json()
    assert tweet in listed
    for item in listed:
        assert client.get(item["href"]).json() == item


def test_created_tweet_is_found_at_its_location(client):
    response = client.post("/tweet/", json={"text": "new"})
    assert response.status_code == HTTPStatus.CREATED
    location = response.headers["Location"]
    assert client.get(location).json() == response.json()
    assert client.delete(location).status_code == HTTPStatus.NO_CONTENT
    assert client.get(location).status_code == HTTPStatus.NOT_FOUND


def test_too_long_text_is_refused(client):
    response = client.post("/tweet/", json={"text": "x" * 281})
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert list(response.json()) == ["text"]


def test_browsable_api_has_its_style_sheets(client):
    page = client.get("/tweet/", headers={"Accept": "text/html"})
    sheets = re.findall(r'href="(/static/[^"]+\.css)"', page.text)
    assert sheets
    for sheet in sheets:
        response = client.get(sheet)
        assert response.status_code == HTTPStatus.OK
        assert response.headers["Content-Type"] == "text/css"

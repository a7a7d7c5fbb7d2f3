from http import HTTPStatus

SENTENCE = "Authentication credentials were not provided."


def test_sample_data_are_there(client):
    (pet,) = client.get("/pet/").json()
    assert pet["name"] == "Tom"
    assert client.get(pet["kind"]).json()["name"] == "cat"


def test_stranger_is_refused_in_the_services_format(client):
    response = client.post("/pet/", json={})
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "status": HTTPStatus.UNAUTHORIZED,
        "title": "Unauthorized",
        "wrong": SENTENCE,
    }


def test_nginx_answers_in_the_services_format(client):
    response = client.get("/static/no-such-file")
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["title"] == "Not Found"


def test_start_page_has_the_services_name(client):
    page = client.get("/", headers={"Accept": "text/html"}).text
    assert "<title>pet-shop</title>" in page
    assert 'href="/pet/"' in page

import itertools
import uuid
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import pytest


def test_item_is_made_changed_and_deleted(writer):
    made = writer.post("/item/", json={"text": "made"})
    assert made.status_code == HTTPStatus.CREATED
    href = made.headers["Location"]
    assert writer.put(href, json={"text": "put"}).json()["text"] == "put"
    assert writer.patch(href, json={"text": "patched"}).json()["text"] == "patched"
    assert writer.get(href).json()["text"] == "patched"
    assert writer.delete(href).status_code == HTTPStatus.NO_CONTENT
    assert writer.get(href).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("relation", ["next", "prev"])
def test_pages_have_each_item_once(writer, relation):
    made = [
        writer.post("/item/", json={"text": str(number)}).json()["id"]
        for number in range(7)
    ]
    start = (
        f"/item/?limit=2&after={made[0] - 1}"
        if relation == "next"
        else f"/item/?limit=2&before={made[-1] + 1}"
    )
    pages = itertools.islice(writer.pages(start, relation), 20)
    found = [item["id"] for page in pages for item in page if item["id"] in made]
    assert sorted(found) == made


@pytest.mark.parametrize(
    "body", [{"text": ""}, {"text": "x" * 281}, {"text": "nul \0"}, {}, [], None]
)
def test_bad_body_is_refused(client, body):
    assert client.post("/item/", json=body).status_code == HTTPStatus.BAD_REQUEST


def test_tag_is_judged(writer):
    href = writer.post("/item/", json={"text": "tagged"}).json()["href"]
    tag = writer.get(href).headers["ETag"]
    assert (
        writer.get(href, headers={"If-None-Match": tag}).status_code
        == HTTPStatus.NOT_MODIFIED
    )
    assert (
        writer.put(href, json={"text": "b"}, headers={"If-Match": tag}).status_code
        == HTTPStatus.OK
    )
    refused = writer.put(href, json={"text": "c"}, headers={"If-Match": tag})
    assert refused.status_code == HTTPStatus.PRECONDITION_FAILED


def test_of_writers_with_one_tag_one_writes(writer):
    href = writer.post("/item/", json={"text": "raced"}).json()["href"]
    tag = writer.get(href).headers["ETag"]
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(
            lambda number: writer.put(
                href, json={"text": number}, headers={"If-Match": tag}
            ),
            "1234",
        )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]


def test_post_that_is_repeated_makes_one(writer):
    key = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    first, second = (
        writer.post("/item/", json={"text": "repeated"}, headers=key) for _ in range(2)
    )
    assert first.status_code == second.status_code == HTTPStatus.CREATED
    assert second.json() == first.json()
    assert second.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    "path", ["/", "/docs/", "/admin/login/", "/healthcheck/", "/item/"]
)
def test_page_is_there(client, path):
    assert (
        client.get(path, headers={"Accept": "text/html"}).status_code == HTTPStatus.OK
    )


def test_login_sets_a_session(client):
    page = client.get("/admin/login/")
    answer = client.post(
        "/admin/login/",
        data={
            "username": "nobody",
            "password": "p",
            "csrfmiddlewaretoken": page.cookies["csrftoken"],
        },
        headers={"Referer": client.target},
    )
    assert answer.status_code == HTTPStatus.OK
    assert "Please enter the correct username" in answer.text

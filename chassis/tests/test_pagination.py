import re
from http import HTTPStatus

import pytest
from django.test import Client, RequestFactory

from chassis.pagination import KeysetPagination
from tests.models import Note

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def notes() -> list[Note]:
    return Note.objects.bulk_create(Note(text=str(number)) for number in range(7))


def page(client: Client, url: str) -> tuple[list[str], dict[str, str]]:
    """A page's texts and its links by relation."""
    response = client.get(url)
    assert response.status_code == HTTPStatus.OK
    links = re.findall(r'<([^>]*)>; rel="(\w+)"', response.headers.get("Link", ""))
    return [item["text"] for item in response.json()], {relation: target for target, relation in links}


def follow(client: Client, url: str, relation: str) -> list[list[str]]:
    pages, links = [], {relation: url}
    while relation in links:
        texts, links = page(client, links[relation])
        pages.append(texts)
    return pages


def test_next_leads_through_all_pages(client: Client):
    assert follow(client, "/note/?limit=3", "next") == [["0", "1", "2"], ["3", "4", "5"], ["6"]]


def test_prev_leads_back_through_all_pages(client: Client, notes):
    pages = follow(client, f"/note/?limit=3&before={notes[-1].id + 1}", "prev")
    assert pages == [["4", "5", "6"], ["1", "2", "3"], ["0"]]


def test_next_and_prev_are_inverse(client: Client):
    first, links = page(client, "/note/?limit=3")
    assert "prev" not in links
    _, links = page(client, links["next"])
    back, links = page(client, links["prev"])
    assert back == first
    assert set(links) == {"next"}


def test_all_on_one_page_has_no_links(client: Client):
    assert page(client, "/note/?limit=7")[1] == {}


def test_empty_page_leads_back(client: Client, notes):
    texts, links = page(client, f"/note/?after={notes[-1].id}")
    assert texts == []
    assert page(client, links["prev"])[0][-1] == "6"


def test_empty_page_leads_on(client: Client, notes):
    texts, links = page(client, f"/note/?before={notes[0].id}")
    assert texts == []
    assert page(client, links["next"])[0][0] == "0"


def test_default_page_has_a_hundred(client: Client):
    Note.objects.bulk_create(Note(text="more") for _ in range(100))
    texts, links = page(client, "/note/")
    assert len(texts) == 100
    assert "next" in links


def test_page_costs_one_query(client: Client, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get("/note/?limit=3&after=3")


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=1001", "limit=", "limit=ten", "limit=-1", "limit=1.5", "limit=²"),
        *("after=-1", "after=%00", "after=9223372036854775808", "before=x", f"before={'9' * 5000}"),
    ],
)
def test_parameter_out_of_range_is_refused(client: Client, query: str):
    response = client.get(f"/note/?{query}")
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert list(response.json()) == [query.split("=")[0]]


def test_both_directions_give_what_is_between(client: Client, notes):
    url = f"/note/?after={notes[1].id}&before={notes[5].id}&limit=2"
    assert follow(client, url, "next") == [["2", "3"], ["4"]]
    assert "prev" not in page(client, url)[1]


def test_rows_without_a_key_are_refused(rf: RequestFactory):
    with pytest.raises(TypeError, match="query sets alone"):
        KeysetPagination().paginate_queryset(["a"], rf.get("/"))

"""Others may write meanwhile: tests rely on own tweets, or hold for any data."""

from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from client import Client

BIGINT_MAX = 2**63 - 1


def test_next_leads_through_all_in_order(client: Client, tweets: list[dict[str, Any]]):
    seen: list[dict[str, Any]] = []
    for page in client.pages(f"/tweet/?limit=2&after={tweets[0]['id'] - 1}", "next"):
        assert 1 <= len(page) <= 2
        seen += page
        if seen[-1]["id"] >= tweets[-1]["id"]:
            break
    identifiers = [tweet["id"] for tweet in seen]
    assert identifiers == sorted(set(identifiers))
    assert [tweet for tweet in seen if tweet in tweets] == tweets


def test_prev_leads_back_through_all_in_order(
    client: Client, tweets: list[dict[str, Any]]
):
    seen: list[dict[str, Any]] = []
    for page in client.pages(f"/tweet/?limit=2&before={tweets[-1]['id'] + 1}", "prev"):
        assert 1 <= len(page) <= 2
        seen[:0] = page
        if seen[0]["id"] <= tweets[0]["id"]:
            break
    identifiers = [tweet["id"] for tweet in seen]
    assert identifiers == sorted(set(identifiers))
    assert [tweet for tweet in seen if tweet in tweets] == tweets


def test_first_page_has_no_prev(client: Client, tweets: list[dict[str, Any]]):
    response = client.get("/tweet/?limit=1")
    assert len(response.json()) == 1
    assert set(response.links) == {"next"}


def test_page_within_has_both_links(client: Client, tweets: list[dict[str, Any]]):
    response = client.get(f"/tweet/?limit=1&after={tweets[1]['id']}")
    assert set(response.links) == {"next", "prev"}


def test_page_after_all_leads_back(client: Client, tweet: dict[str, Any]):
    response = client.get(f"/tweet/?after={BIGINT_MAX}")
    assert response.json() == []
    assert set(response.links) == {"prev"}
    assert client.get(response.links["prev"]["url"]).json()


def test_page_before_all_leads_on(client: Client, tweet: dict[str, Any]):
    response = client.get("/tweet/?before=0")
    assert response.json() == []
    assert set(response.links) == {"next"}
    assert client.get(response.links["next"]["url"]).json()


def test_links_keep_the_other_parameters(client: Client, tweets: list[dict[str, Any]]):
    links = client.get(f"/tweet/?limit=1&other=%3E%22%26&after={tweets[1]['id']}").links
    for link in links.values():
        parameters = parse_qs(urlsplit(link["url"]).query)
        assert parameters["limit"] == ["1"]
        assert parameters["other"] == ['>"&']
        assert len({"after", "before"} & set(parameters)) == 1


def test_links_have_room_for_long_parameters(
    client: Client, tweets: list[dict[str, Any]]
):
    response = client.get(f"/tweet/?limit=1&after={tweets[1]['id']}&other={'(' * 7000}")
    assert response.status_code == HTTPStatus.OK
    assert set(response.links) == {"next", "prev"}


@pytest.mark.parametrize(
    ("query", "limit"), [("", 100), ("?limit=1", 1), ("?limit=1000", 1000)]
)
def test_page_is_full_where_a_next_follows(client: Client, query: str, limit: int):
    response = client.get(f"/tweet/{query}")
    assert response.status_code == HTTPStatus.OK
    page = response.json()
    assert isinstance(page, list)
    assert len(page) == limit if "next" in response.links else len(page) <= limit


@pytest.mark.parametrize(
    "query",
    [
        *(
            "limit=0",
            "limit=1001",
            "limit=-1",
            "limit=",
            "limit=ten",
            "limit=1.5",
            "limit=%C2%B2",
            "limit=%00",
        ),
        *(
            "after=-1",
            f"after={BIGINT_MAX + 1}",
            "after=x",
            "before=-1",
            f"before={'9' * 5000}",
            "before=%ED%A0%80",
        ),
    ],
    ids=lambda query: query[:40],
)
def test_parameter_out_of_range_is_refused(client: Client, query: str):
    response = client.get(f"/tweet/?{query}")
    assert response.status_code == HTTPStatus.BAD_REQUEST
    # NUL is refused in any query, whatever the parameter.
    assert list(response.json()) == [
        "detail" if "%00" in query else query.split("=")[0]
    ]


def test_both_directions_give_what_is_between(
    client: Client, tweets: list[dict[str, Any]]
):
    first, *_, last = tweets
    between = client.get(f"/tweet/?after={first['id']}&before={last['id']}").json()
    assert all(tweet in between for tweet in tweets[1:-1])
    assert all(first["id"] < tweet["id"] < last["id"] for tweet in between)

import random
import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from http import HTTPStatus
from itertools import cycle
from uuid import UUID

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import Count, F
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request

from chassis.pagination import KeysetPagination, LimitOffsetPagination
from chassis.pagination.keyset import Cursor, keyset_by
from tests.models import Note, Task
from tests.pagination.test_keyset import BAD_TOKENS, KINDS, VALUES, token
from tests.urls import SortedViewSet, TaskViewSet

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def notes() -> list[Note]:
    return Note.objects.bulk_create(Note(text=str(number)) for number in range(7))


def page(client: Client, url: str) -> tuple[list[str], dict[str, str]]:
    """A page's texts and its links by relation."""
    response = client.get(url)
    assert response.status_code == HTTPStatus.OK
    return [item["text"] for item in response.json()], links_of(response)


def links_of(response) -> dict[str, str]:
    """A page's links by relation."""
    links = re.findall(r'<([^>]*)>; rel="(\w+)"', response.headers.get("Link", ""))
    return {relation: target for target, relation in links}


def follow(client: Client, url: str, relation: str) -> list[list[str]]:
    pages, links = [], {relation: url}
    while relation in links:
        texts, links = page(client, links[relation])
        pages.append(texts)
    return pages


def test_next_leads_through_all_pages(client: Client):
    assert follow(client, "/note/?limit=3", "next") == [
        ["0", "1", "2"],
        ["3", "4", "5"],
        ["6"],
    ]


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
    assert "Link" not in client.get("/note/?limit=7")


def test_link_names_both_pages(client: Client, notes):
    link = client.get(f"/note/?after={notes[0].id}&limit=2")["Link"]
    to = '<http://testserver/note/?{}={}&limit=2>; rel="{}"'
    assert link == (
        f"{to.format('after', notes[2].id, 'next')}, "
        f"{to.format('before', notes[1].id, 'prev')}"
    )


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
        *(
            "limit=0",
            "limit=1001",
            "limit=",
            "limit=ten",
            "limit=-1",
            "limit=1.5",
            "limit=²",
        ),
        *(
            "after=-1",
            "after=-0",
            f"after={'0' * 20}",
            "after=9223372036854775808",
            "before=x",
            f"before={'9' * 5000}",
        ),
    ],
)
def test_parameter_out_of_range_is_refused(client: Client, query: str):
    response = client.get(f"/note/?{query}")
    assert response.status_code == HTTPStatus.BAD_REQUEST
    ((name, (message,)),) = response.json().items()
    assert name == query.split("=")[0]
    least, most = (1, 1000) if name == "limit" else (0, 2**63 - 1)
    assert message == f"Ensure this value is an integer from {least} to {most}."


def test_both_directions_give_what_is_between(client: Client, notes):
    url = f"/note/?after={notes[1].id}&before={notes[5].id}&limit=2"
    assert follow(client, url, "next") == [["2", "3"], ["4"]]
    assert "prev" not in page(client, url)[1]


def test_page_needs_no_view(rf: RequestFactory, notes):
    assert (
        KeysetPagination().paginate_queryset(
            Note.objects.all(), Request(rf.get("/?limit=2"))
        )
        == notes[:2]
    )


def test_rows_without_a_key_are_refused(rf: RequestFactory):
    with pytest.raises(TypeError, match=r"^KeysetPagination pages query sets alone\.$"):
        KeysetPagination().paginate_queryset(["a"], rf.get("/"))


def test_links_of_ascending_ids_are_numbers(client: Client, notes):
    first, last = notes[0].id, notes[-1].id
    host = "http://testserver/note/?"
    assert page(client, "/note/?limit=3")[1] == {
        "next": f"{host}after={first + 2}&limit=3"
    }
    assert page(client, f"/note/?after={last}")[1] == {
        "prev": f"{host}before={last + 1}"
    }
    assert page(client, f"/note/?before={first}")[1] == {
        "next": f"{host}after={first - 1}"
    }
    # From the last row, as others may come before the place that was named.
    assert page(client, f"/note/?before={last + 5}")[1] == {
        "next": f"{host}after={last}"
    }
    assert page(client, "/note/?before=0")[1] == {"next": f"{host}after=0"}
    most = 2**63 - 1
    assert page(client, f"/note/?after={most}")[1] == {"prev": f"{host}before={most}"}
    url = f"/note/?after={first}&before=00{last}&limit=2"
    assert page(client, url)[1] == {
        "next": f"{host}after={first + 2}&before={last}&limit=2"
    }


def test_error_of_ascending_ids_says_the_range(client: Client):
    reason = "Ensure this value is an integer from 0 to 9223372036854775807."
    for text in ("-1", "x", token("5")):
        assert client.get(f"/note/?after={text}").json() == {"after": [reason]}


def test_boundaries_of_ascending_ids(client: Client, notes):
    Note(id=0, text="zero").save()
    Note(id=2**63 - 1, text="last").save()
    assert page(client, "/note/?after=0&limit=1")[0] == ["0"]
    assert page(client, "/note/?before=1")[0] == ["zero"]
    assert page(client, f"/note/?after={notes[-1].id}")[0] == ["last"]
    assert page(client, f"/note/?after={2**63 - 1}")[0] == []
    texts = ["zero", *"0123456", "last"]
    assert follow(client, "/note/?limit=1", "next") == [[text] for text in texts]


type List = Callable[..., tuple[list[int], dict[str, str]]]


@pytest.fixture
def tasks(notes: list[Note]) -> list[Task]:
    """Tasks with many ties in all that is not unique."""
    pick = random.Random(1)  # the same ones each time
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        Task(
            position=position - 20,
            title=pick.choice(["", "a", "A", "ä", "😀", "a b"]),
            created=moment + timedelta(microseconds=pick.randrange(3)),
            day=date(2026, 1, pick.randint(1, 3)),
            hour=time(1, 2, 3, pick.randrange(3)),
            takes=timedelta(microseconds=pick.randint(-2, 2)),
            cost=Decimal(pick.randint(-3, 3)) / 100,
            weight=pick.choice([0.1, -0.1, 1e300, float("inf"), float("nan")]),
            code=UUID(int=pick.randrange(3) << 100),
            done=pick.random() < 0.5,
            priority=pick.randint(-1, 1),
            note=pick.choice(notes),
        )
        for position in pick.sample(range(40), 24)
    ]
    return Task.objects.bulk_create(rows)


@pytest.fixture
def listed(rf: RequestFactory) -> List:
    """A page of tasks, in an ordering, as positions and links."""

    def listed(url: str, ordering: list[str] | None = None, **attributes):
        view = TaskViewSet.as_view({"get": "list"}, ordering=ordering, **attributes)
        response = view(rf.get(url))
        assert response.status_code == HTTPStatus.OK, response.data
        return [task["position"] for task in response.data], links_of(response)

    return listed


def walk(listed: List, url: str, relation: str, ordering: list[str]) -> list[list[int]]:
    pages, links = [], {relation: url}
    while relation in links:
        positions, links = listed(links[relation], ordering)
        pages.append(positions)
    return pages


def flat(pages: Iterable[list[int]]) -> list[int]:
    return [position for positions in pages for position in positions]


def expected(ordering: list[str]) -> list[int]:
    last = "-pk" if ordering[-1].startswith("-") else "pk"
    return list(
        Task.objects.order_by(*ordering, last).values_list("position", flat=True)
    )


def place(ordering: list[str], position: int) -> str:
    """The cursor of a row."""
    keys = keyset_by(Task, tuple(ordering))
    return keys.write(keys.of(Task.objects.get(position=position)))


def orderings(count: int) -> list[list[str]]:
    """As many orderings, the same ones each time."""
    names = [*KINDS, "position", "id"]
    pick = random.Random(2)
    samples = [pick.sample(names, pick.randint(1, 4)) for _ in range(count)]
    return [[pick.choice(["", "-"]) + name for name in sample] for sample in samples]


WALKS = list(zip(orderings(48), cycle([1, 2, 5, 7, 8, 24]), strict=False))


@pytest.mark.parametrize(("ordering", "limit"), WALKS)
@pytest.mark.usefixtures("tasks")
def test_any_ordering_has_each_row_once_each_way(
    listed: List, ordering: list[str], limit: int
):
    rows = expected(ordering)
    pages = walk(listed, f"/task/?limit={limit}", "next", ordering)
    assert flat(pages) == rows
    assert all(len(positions) == limit for positions in pages[:-1])
    # Nothing comes after the last row; from there, the same rows lead back.
    last = place(ordering, rows[-1])
    nothing, links = listed(f"/task/?limit={limit}&after={last}", ordering)
    assert nothing == []
    back = walk(listed, links["prev"], "prev", ordering)
    assert flat(reversed(back)) == rows


@pytest.mark.parametrize("ordering", orderings(20))
@pytest.mark.usefixtures("tasks")
def test_any_ordering_has_ranges_and_empty_ends(listed: List, ordering: list[str]):
    rows = expected(ordering)
    low, high, first = (place(ordering, rows[number]) for number in (3, 9, 0))
    pages = walk(listed, f"/task/?limit=2&after={low}&before={high}", "next", ordering)
    assert pages == [rows[4:6], rows[6:8], rows[8:9]]
    nothing, links = listed(f"/task/?limit=2&before={first}", ordering)
    assert nothing == []
    assert listed(links["next"], ordering)[0] == rows[:2]
    assert set(links) == {"next"}


@pytest.mark.parametrize("ordering", [["-created"], ["title", "-created"], ["-id"]])
@pytest.mark.usefixtures("tasks")
def test_next_and_prev_of_any_ordering_are_inverse(listed: List, ordering: list[str]):
    first, links = listed("/task/?limit=5", ordering)
    second, links = listed(links["next"], ordering)
    back, onward = listed(links["prev"], ordering)
    assert back == first
    assert set(onward) == {"next"}
    assert listed(onward["next"], ordering)[0] == second


@pytest.mark.parametrize(
    "ordering", [["-created"], ["title", "-created"], ["-position"]]
)
@pytest.mark.usefixtures("tasks")
def test_rows_that_come_and_go_move_no_others(listed: List, ordering: list[str]):
    rows = expected(ordering)
    first, links = listed("/task/?limit=5", ordering)
    gone = Task.objects.get(position=first[-1])  # where the link leads on from
    Task.objects.filter(position__in=[first[0], first[-1], rows[7]]).delete()
    Task(position=-100, title=gone.title, created=gone.created, note=gone.note).save()
    seen = flat(walk(listed, links["next"], "next", ordering))
    assert [row for row in seen if row != -100] == [
        row for row in rows[5:] if row != rows[7]
    ]
    assert seen == [row for row in expected(ordering) if row in seen]


def test_model_orders_where_the_view_does_not(client: Client, tasks):
    newest = client.get("/task/?limit=40").json()
    assert [task["position"] for task in newest] == expected(["-created", "-id"])


@pytest.mark.usefixtures("tasks")
def test_newest_ids_come_first(client: Client):
    ids = sorted(Task.objects.values_list("id", flat=True), reverse=True)
    response = client.get("/latest/?limit=3")
    assert [task["id"] for task in response.json()] == ids[:3]
    assert links_of(response) == {
        "next": f"http://testserver/latest/?after={ids[2]}&limit=3"
    }
    response = client.get(f"/latest/?after={ids[-1]}")
    assert links_of(response) == {
        "prev": f"http://testserver/latest/?before={ids[-1] - 1}"
    }
    response = client.get(f"/latest/?before={ids[0]}")
    assert links_of(response) == {
        "next": f"http://testserver/latest/?after={ids[0] + 1}"
    }


@pytest.mark.usefixtures("tasks")
def test_annotated_and_distinct_rows_have_pages(listed: List):
    rows = Task.objects.annotate(count=Count("note")).distinct()
    first, links = listed("/task/?limit=5", ["title", "day"], queryset=rows)
    second, _ = listed(links["next"], ["title", "day"], queryset=rows)
    assert first + second == expected(["title", "day"])[:10]


@pytest.mark.parametrize("name", ["after", "before"])
@pytest.mark.parametrize("text", [*BAD_TOKENS, token("2026-01-02T03:04:05", "5")])
def test_what_is_no_cursor_is_refused(client: Client, name: str, text: str):
    response = client.get("/task/", {name: text})
    assert response.status_code == HTTPStatus.BAD_REQUEST
    reason = "Ensure this value is a cursor from the links of another page."
    nul = {"detail": "Bad Request."}  # whatever the parameter
    assert response.json() == (nul if "\0" in text else {name: [reason]})


@pytest.mark.parametrize(("name", "value"), VALUES)
@pytest.mark.parametrize("key", [-(2**63), 2**63 - 1])
def test_cursor_of_any_value_is_taken(listed: List, name: str, value, key: int):
    for ordering in ([name], [name, "-id"]):
        text = keyset_by(Task, tuple(ordering)).write(Cursor((value, key)))
        assert listed(f"/task/?after={text}", ordering)[0] == []
        assert listed(f"/task/?before={text}", ordering)[0] == []


@pytest.mark.parametrize("ordering", [["-created"], ["title", "-created"]])
@pytest.mark.usefixtures("tasks")
def test_page_of_any_ordering_costs_one_query(
    listed: List, ordering, django_assert_num_queries
):
    _, links = listed("/task/?limit=5", ordering)
    with django_assert_num_queries(1):
        listed(links["next"], ordering)


@pytest.fixture
def plan(listed: List) -> Callable[[str, list[str]], str]:
    """How PostgreSQL finds a page of a large table."""

    def plan(url: str, ordering: list[str]) -> str:
        with connection.cursor() as cursor:
            for way in ("seqscan", "bitmapscan", "sort"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
            with CaptureQueriesContext(connection) as queries:
                listed(url, ordering)
            cursor.execute(f"EXPLAIN {queries[0]['sql']}")
            return "\n".join(line for (line,) in cursor.fetchall())

    return plan


@pytest.mark.usefixtures("tasks")
def test_page_is_a_range_of_the_index(listed: List, plan):
    for ordering, way, backwards in [(["created"], ">", "<"), (["-created"], "<", ">")]:
        _, links = listed("/task/?limit=5", ordering)
        found = plan(links["next"], ordering)
        assert f"Index Cond: (ROW(created, id) {way} ROW(" in found
        assert "Filter" not in found
        assert "Sort" not in found
        _, links = listed(links["next"], ordering)
        assert f"Index Cond: (ROW(created, id) {backwards} ROW(" in plan(
            links["prev"], ordering
        )


@pytest.mark.usefixtures("tasks")
def test_mixed_page_is_in_a_range_of_the_index(listed: List, plan):
    ordering = ["-priority", "title"]
    _, links = listed("/task/?limit=5", ordering)
    found = plan(links["next"], ordering)
    assert re.search(r"Index Cond: \(priority <= '?-?\d", found)
    assert "Sort" not in found


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (Task.objects.order_by("due"), "it may be null"),
        (Task.objects.order_by(F("title").desc()), "it is an expression"),
        (
            Task.objects.reverse(),
            r"^KeysetPagination takes an ordering, and no reverse\(\)\.$",
        ),
    ],
)
def test_ordering_without_cursors_is_refused(listed: List, rows, reason: str):
    with pytest.raises(ImproperlyConfigured, match=reason):
        listed("/task/", queryset=rows)


def test_view_that_orders_by_an_expression_is_refused(listed: List):
    with pytest.raises(
        ImproperlyConfigured, match=r"^Task cannot be paged by .*: it is an expression"
    ):
        listed("/task/", [F("title").desc()])


@pytest.mark.usefixtures("tasks")
def test_ordering_filter_decides(client: Client):
    response = client.get("/sorted/?limit=40")
    assert [task["position"] for task in response.json()] == expected(["-position"])
    url, seen = "/sorted/?limit=15&ordering=-title", []
    while url:
        response = client.get(url)
        seen += [task["position"] for task in response.json()]
        url = links_of(response).get("next")
    assert seen == expected(["-title"])


def test_choice_of_an_ordering_without_cursors_is_refused(
    client: Client, rf: RequestFactory
):
    response = client.get("/sorted/?ordering=due")
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert response.json() == {
        "ordering": ["Task cannot be paged by 'due': it may be null."]
    }
    with pytest.raises(ImproperlyConfigured, match="may be null"):
        SortedViewSet.as_view({"get": "list"}, ordering=["due"])(rf.get("/sorted/"))


@pytest.mark.parametrize("path", ["/note/", "/counted/"])
def test_page_may_have_a_thousand_rows(client: Client, path: str):
    assert client.get(f"{path}?limit=1000").status_code == HTTPStatus.OK


@pytest.mark.parametrize("path", ["/note/", "/counted/"])
def test_html_page_may_have_a_hundred_rows(client: Client, path: str):
    html = {"Accept": "text/html"}
    assert client.get(f"{path}?limit=100", headers=html).status_code == HTTPStatus.OK
    refused = client.get(f"{path}?limit=101", headers=html)
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert "an integer from 1 to 100. JSON may have 1000." in refused.content.decode()


@pytest.mark.parametrize("paginator", [KeysetPagination(), LimitOffsetPagination()])
def test_greater_default_is_no_way_around_the_limit_of_html(
    paginator, rf: RequestFactory
):
    paginator.default_limit = 500
    request = Request(rf.get("/"))
    request.accepted_renderer = BrowsableAPIRenderer()
    assert paginator.get_limit(request) == 100
    request.accepted_renderer = JSONRenderer()
    assert paginator.get_limit(request) == 500


@pytest.mark.usefixtures("tasks")
def test_offset_skips(client: Client):
    positions = expected(["-created"])
    body = client.get("/counted/?limit=10&offset=10").json()
    assert [task["position"] for task in body["results"]] == positions[10:20]
    assert body["count"] == 24
    assert body["next"] == "http://testserver/counted/?limit=10&offset=20"
    assert body["previous"] == "http://testserver/counted/?limit=10"
    assert client.get("/counted/?offset=10000").json()["results"] == []
    assert len(client.get("/counted/").json()["results"]) == 24
    html = client.get("/counted/?limit=10", headers={"Accept": "text/html"})
    assert html.status_code == HTTPStatus.OK


FURTHER = "Rows further on are out of reach: ask for fewer by a filter."


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        *(
            (f"limit={text}", "1 to 1000.")
            for text in ("0", "1001", "", "ten", "-1", "1.5", "²")
        ),
        *(
            (f"offset={text}", f"0 to 10000. {FURTHER}")
            for text in ("10001", "-1", "", "x", "9" * 5000)
        ),
    ],
)
def test_offset_out_of_range_is_refused(client: Client, query: str, reason: str):
    response = client.get(f"/counted/?{query}")
    assert response.status_code == HTTPStatus.BAD_REQUEST
    ((name, (message,)),) = response.json().items()
    assert name == query.split("=")[0]
    assert message == f"Ensure this value is an integer from {reason}"


@pytest.fixture
def document(client: Client) -> dict:
    return client.get("/schema/?format=json").json()


def parameters(document: dict, path: str) -> dict[str, dict]:
    return {
        item["name"]: item["schema"]
        for item in document["paths"][path]["get"]["parameters"]
    }


def test_schema_says_what_cursors_are(document):
    limit = {"type": "integer", "minimum": 1, "maximum": 1000}
    number = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
    text = {"type": "string", "maxLength": 3000, "pattern": "^[A-Za-z0-9_-]+$"}
    cursors = {
        "note": number,
        "latest": number,
        "task": text,
        "own": text,
        "sorted": text,
        "chosen": text,
    }
    for path, cursor in cursors.items():
        found = parameters(document, f"/{path}/")
        assert found["limit"] == limit
        assert found["after"] == found["before"] == cursor
    assert parameters(document, "/counted/") == {
        "limit": limit,
        "offset": {"type": "integer", "minimum": 0, "maximum": 10_000},
    }


def test_schema_names_the_number_that_a_cursor_is():
    _, after, before = KeysetPagination().get_schema_operation_parameters(
        TaskViewSet(ordering=["position"])
    )
    assert after["description"] == "Only what comes after this position."
    assert (
        before["description"]
        == "The page that ends before this position; with after, only what is between."
    )


def test_schema_says_what_pages_are(document):
    schemas = document["components"]["schemas"]
    assert schemas["PaginatedTaskList"]["type"] == "array"
    assert {"count", "results"} <= set(schemas["CountedTaskList"]["properties"])
    answers = document["paths"]["/counted/"]["get"]["responses"]
    answer = answers["200"]["content"]["application/json"]
    assert answer["schema"]["$ref"].endswith("/CountedTaskList")

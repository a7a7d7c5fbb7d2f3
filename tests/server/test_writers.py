"""Many who write the same rows at once, in several workers."""

import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import requests

from support.forms import submit, token

WORKERS = 4
ROUNDS = 300


@pytest.fixture
def url(start_server) -> str:
    server = start_server(UWSGI_PROCESSES=str(WORKERS))
    return f"{server.url}/item/"


def together(*calls) -> list[int]:
    """The statuses of calls that begin at the same moment."""
    barrier = Barrier(len(calls))

    def wait_and_call(call) -> int:
        barrier.wait()
        return call().status_code

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(wait_and_call, calls))


def test_no_put_makes_a_deleted_row_anew(url: str):
    statuses, resurrected = Counter(), 0
    for number in range(ROUNDS):
        href = requests.post(url, json={"text": f"round {number}"}, timeout=10).json()[
            "href"
        ]

        def put(href=href) -> requests.Response:
            return requests.put(href, json={"text": "put"}, timeout=10)

        def delete(href=href) -> requests.Response:
            return requests.delete(href, timeout=10)

        statuses.update(together(put, put, delete, put))
        resurrected += requests.get(href, timeout=10).status_code != 404
    print(dict(statuses))
    assert resurrected == 0
    assert statuses[204] == ROUNDS
    assert set(statuses) <= {200, 204, 404}
    assert len(statuses) == 3, "no PUT came before a DELETE, or none after one"


def test_one_of_four_writers_with_the_same_tag_wins(url: str):
    for number in range(20):
        href = requests.post(url, json={"text": f"round {number}"}, timeout=10).json()[
            "href"
        ]
        headers = {"If-Match": requests.get(href, timeout=10).headers["ETag"]}

        def put(text: str, href=href, headers=headers):
            return lambda: requests.put(
                href, json={"text": text}, headers=headers, timeout=10
            )

        assert sorted(together(*map(put, "abcd"))) == [200, 412, 412, 412]


def test_five_who_add_the_same_group_in_the_admin(start_server):
    """One succeeds; the others see the form's own sentence, or a conflict.

    Forms look before they write.
    """
    server = start_server(UWSGI_PROCESSES=str(WORKERS))
    manage = [
        "service-server",
        "manage",
        "createsuperuser",
        "--no-input",
        "--email",
        "",
    ]
    account = {
        "DJANGO_SUPERUSER_USERNAME": "admin",
        "DJANGO_SUPERUSER_PASSWORD": "a phrase",
    }
    subprocess.run(manage, env=server.environment | account, check=True)
    browser = requests.Session()
    address = f"{server.url}/admin/auth/group/add/"
    page = browser.get(address, timeout=10)  # the login, which leads back
    page = submit(
        browser,
        page,
        username="admin",
        password="a phrase",
        next="/admin/auth/group/add/",
    )
    hidden = token(page)
    statuses = Counter()
    for number in range(40):

        def add(values=hidden | {"name": f"group {number}"}) -> requests.Response:
            return requests.post(
                address,
                values,
                cookies=browser.cookies,
                allow_redirects=False,
                timeout=10,
            )

        statuses.update(together(*[add] * 5))
    print(dict(statuses))
    assert set(statuses) <= {200, 302, 409}
    assert statuses[302] == 40
    assert statuses[409] > 0, "no two came between the look and the write"

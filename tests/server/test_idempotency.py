"""Writes that clients repeat with the same Idempotency-Key: none is made twice."""

import os
import signal
import subprocess
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import requests

from support.processes import NAME, Database, Server
from support.waiting import children, wait_until

# libpq's: a test holds a request at a lock for longer than the role may wait.
PATIENT = {"PGOPTIONS": "-c lock_timeout=60s"}


@pytest.fixture
def key() -> str:
    return str(uuid.uuid4())


def post(server: Server, key: str) -> requests.Response:
    headers = {"Idempotency-Key": f'"{key}"'}
    return requests.post(
        f"{server.url}/item/", json={"text": key}, headers=headers, timeout=90
    )


def repeat(server: Server, key: str) -> requests.Response:
    """What a client gets that asks again until nothing is in progress."""
    answers = [post(server, key)]

    def is_over() -> bool:
        if answers[-1].status_code == 409:
            assert answers[-1].headers["Retry-After"] == "1"
            answers.append(post(server, key))
        return answers[-1].status_code != 409

    wait_until(is_over)
    return answers[-1]


def rows(database: Database, key: str) -> int:
    return int(database.run_sql(f"SELECT count(*) FROM item_item WHERE text = '{key}'"))


def test_of_many_at_once_one_makes_a_row(start_server, database):
    servers = [start_server(UWSGI_PROCESSES="4") for _ in range(2)]
    seen = Counter()
    with ThreadPoolExecutor(8) as pool:
        for key in [str(uuid.uuid4()) for _ in range(30)]:
            firsts = list(pool.map(post, servers * 4, [key] * 8))
            seen.update(answer.status_code for answer in firsts)
            lasts = [repeat(server, key) for server in servers]
            made = [one for one in firsts + lasts if one.status_code == 201]
            new = [one for one in made if "Idempotent-Replayed" not in one.headers]
            assert len(new) == rows(database, key) == 1
            assert len({(one.content, one.headers["Location"]) for one in made}) == 1
    print(dict(seen))
    assert set(seen) == {201, 409}, "no two were in progress at the same time"


@contextmanager
def held(server: Server, database: Database, key: str) -> Iterator[Future]:
    """A request that waits in its transaction."""
    with ThreadPoolExecutor(1) as pool, database.locked("item_item", "SHARE"):
        asked = pool.submit(post, server, key)
        wait_until(lambda: database.waiting() == 1)
        yield asked


def test_answer_that_was_lost_is_given_again(start_server, database, key):
    """nginx dies, the worker commits and finds nobody to answer."""
    server = start_server(UWSGI_PROCESSES="2", **PATIENT)
    with held(server, database, key) as asked:
        for worker in children(server.program("nginx")):
            os.kill(worker, signal.SIGKILL)
        with pytest.raises(requests.ConnectionError):
            asked.result()
        assert post(server, key).status_code == 409
    answer = repeat(server, key)
    assert answer.status_code == 201
    assert answer.headers["Idempotent-Replayed"] == "true"
    assert requests.get(answer.headers["Location"], timeout=10).json() == answer.json()
    assert rows(database, key) == 1


def test_what_a_killed_worker_did_not_finish_is_done_anew(start_server, database, key):
    server = start_server(UWSGI_PROCESSES="2", **PATIENT)
    with held(server, database, key) as asked:
        for worker in children(server.program("uwsgi")):
            os.kill(worker, signal.SIGKILL)
        assert asked.result().status_code == 502
    answer = repeat(server, key)
    assert answer.status_code == 201
    assert "Idempotent-Replayed" not in answer.headers
    assert rows(database, key) == 1


def test_old_answers_go_by_a_command(start_server, database, key):
    server = start_server()
    post(server, key)
    table = "chassis_idempotency_answer"
    database.run_sql(f"UPDATE {table} SET created = now() - interval '25 hours'")
    deleted = subprocess.run(
        ["service-server", "manage", "deleteoldanswers"],
        env=server.environment,
        capture_output=True,
        check=True,
        text=True,
    )
    assert deleted.stdout.endswith(" kept answers.\n")
    assert database.run_sql(f"SELECT count(*) FROM {table}", f"{NAME}_serve") == "0"
    assert "Idempotent-Replayed" not in post(server, key).headers
    assert rows(database, key) == 2

"""What happens when a part goes away, and when the server is told to stop."""

import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from support.processes import NAME, Server
from support.waiting import children, wait_until


def test_database_away_is_503_until_it_is_back(start_server, database):
    server = start_server(UWSGI_PROCESSES="2", POSTGRES_WAIT_SECONDS="0")
    stop, answers = threading.Event(), []

    def load() -> None:
        while not stop.is_set():
            sent = time.monotonic()
            answers.append((sent, requests.get(f"{server.url}/item/", timeout=10)))

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    database.stop()
    time.sleep(1)
    assert requests.get(f"{server.url}/healthcheck/", timeout=10).status_code == 503
    assert requests.get(f"{server.url}/healthcheck/live/", timeout=10).ok
    database.start()
    back = time.monotonic()
    time.sleep(1)
    stop.set()
    for thread in threads:
        thread.join()

    assert {answer.status_code for _, answer in answers} == {200, 503}
    assert all(answer.json() for _, answer in answers if answer.status_code == 503)
    after = [answer.status_code for sent, answer in answers if sent > back]
    assert len(after) > 10
    assert set(after) == {200}


READ_ONLY = f"ALTER DATABASE {NAME} SET default_transaction_read_only = on"
WRITABLE = f"""BEGIN READ WRITE;
ALTER DATABASE {NAME} RESET default_transaction_read_only; COMMIT"""
ENDED = f"""SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE usename = '{NAME}_serve' AND pid <> pg_backend_pid()"""


def test_database_that_takes_no_writes_yet_is_waited_for(start_server, database):
    """After a switchover its name may lead to the former primary for a moment."""
    server = start_server(PGTARGETSESSIONATTRS="read-write", POSTGRES_WAIT_SECONDS="20")
    database.run_sql(READ_ONLY)
    try:
        database.run_sql(ENDED, f"{NAME}_serve")
        with ThreadPoolExecutor() as pool:
            body = {"text": "x"}
            posted = pool.submit(
                requests.post, f"{server.url}/item/", json=body, timeout=60
            )
            time.sleep(0.5)
            database.run_sql(WRITABLE)
            assert posted.result().status_code == 201
    finally:
        database.run_sql(WRITABLE)


def test_requests_wait_for_a_database_that_restarts(start_server, database):
    """Twenty seconds for slow machines; a write may be cut off in the middle."""
    server = start_server(UWSGI_PROCESSES="2", POSTGRES_WAIT_SECONDS="20")
    stop, reads, writes, probes = threading.Event(), Counter(), Counter(), Counter()

    def ask(counter: Counter, method: str, path: str, **keywords: Any) -> None:
        while not stop.is_set():
            url = f"{server.url}{path}"
            answer = requests.request(method, url, timeout=60, **keywords)
            counter[answer.status_code] += 1

    reading = partial(ask, reads, "GET", "/item/")
    writing = partial(ask, writes, "POST", "/item/", json={"text": "x"})
    probing = partial(ask, probes, "GET", "/healthcheck/")
    threads = [
        threading.Thread(target=load)
        for load in (reading, reading, reading, writing, probing)
    ]
    for thread in threads:
        thread.start()
    for _ in range(5):
        assert database.stop() == 0
        database.start()
        time.sleep(0.5)
    stop.set()
    for thread in threads:
        thread.join()
    assert (set(reads), set(probes)) == ({200}, {200})
    assert writes[201] > 0
    assert writes.total() - writes[201] == writes[503] <= 5


def test_wait_for_a_database_has_an_end(start_server, database):
    server = start_server(POSTGRES_WAIT_SECONDS="1")
    database.stop()
    try:
        answers = [requests.get(f"{server.url}/item/", timeout=60) for _ in range(9)]
        assert {answer.status_code for answer in answers} == {503}
        assert {answer.headers["Retry-After"] for answer in answers} == {"1"}
        first, *later = (answer.elapsed.total_seconds() for answer in answers)
        assert first >= 1 > min(later)  # the wait is over for all
        ready = requests.get(f"{server.url}/healthcheck/", timeout=10)
        assert ready.status_code == 503
    finally:
        database.start()


def test_migration_that_is_taken_back_is_503_until_it_is_there(start_server, database):
    def execute(statement: str) -> None:
        with database.psql("--command", statement) as psql:
            assert psql.wait(30) == 0

    def answers() -> list[int]:
        paths = ("/item/", "/healthcheck/", "/healthcheck/ready/")
        return [
            requests.get(f"{server.url}{path}", timeout=10).status_code
            for path in paths
        ]

    server = start_server()
    assert answers() == [200, 200, 200]
    execute(
        "ALTER TABLE item_item RENAME TO away; "
        "UPDATE django_migrations SET app = 'away' WHERE app = 'item'"
    )
    try:
        # It stays in service: whoever shares the database lacks them, too.
        assert answers() == [503, 503, 200]
    finally:
        execute(
            "ALTER TABLE away RENAME TO item_item; "
            "UPDATE django_migrations SET app = 'item' WHERE app = 'away'"
        )
    assert answers() == [200, 200, 200]


def test_stop_answers_what_is_in_flight(start_server, database):
    server = start_server(
        UWSGI_PROCESSES="2", UWSGI_THREADS="5", PGOPTIONS="-c lock_timeout=0"
    )
    with ThreadPoolExecutor(10) as pool:
        with database.locked("item_item"):
            answers = [
                pool.submit(
                    requests.post, f"{server.url}/item/", json={"text": "x"}, timeout=30
                )
                for _ in range(10)
            ]
            wait_until(lambda: database.waiting() == 10)
            server.process.terminate()
            time.sleep(1)
        assert [answer.result().status_code for answer in answers] == [201] * 10
    assert server.process.wait(30) == 0


@pytest.mark.parametrize("program", ["nginx", "uwsgi"])
def test_death_of_a_program_ends_the_server_with_an_error(start_server, program: str):
    server = start_server()
    first = server.program(program)
    workers = children(first)
    os.kill(first, signal.SIGKILL)
    assert server.process.wait(30) == 1
    wait_until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))


def test_death_of_a_worker_is_made_good(start_server):
    server = start_server()
    master = server.program("uwsgi")
    (worker,) = children(master)
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: children(master) not in ([], [worker]))
    assert requests.get(f"{server.url}/item/", timeout=10).ok


def test_worker_that_grows_is_replaced_where_that_is_set(start_server):
    # Megabytes, which any worker exceeds; uWSGI replaces none younger than a minute.
    server = start_server(UWSGI_RELOAD_ON_RSS="1", UWSGI_MIN_WORKER_LIFETIME="1")
    master = server.program("uwsgi")
    first = children(master)

    def replaced() -> bool:
        assert requests.get(f"{server.url}/item/", timeout=10).ok
        return children(master) not in ([], first)

    wait_until(replaced)


def test_each_worker_connects_before_its_first_request_and_the_master_does_not(
    start_server, database
):
    server = start_server(UWSGI_PROCESSES="2")
    master = server.program("uwsgi")
    assert len(list(Path(f"/proc/{master}/task").iterdir())) == 1

    def connections() -> set[str]:
        of_server = f"SELECT pid FROM pg_stat_activity WHERE usename = '{NAME}_serve'"
        return set(database.run_sql(of_server).split())

    wait_until(lambda: len(connections()) == 2)
    first = connections()
    os.kill(children(master)[0], signal.SIGKILL)
    wait_until(lambda: len((now := connections()) & first) == 1 and len(now) == 2)


def test_stop_does_not_wait_for_a_worker_that_waits_for_the_database(
    database, tmp_path
):
    server = Server(tmp_path / "run", database)
    with (
        database.silenced(),
        subprocess.Popen(server.command, env=server.environment) as server.process,
    ):
        wait_until(lambda: any(children(master) for master in server.programs("uwsgi")))
        server.process.terminate()
        assert server.process.wait(30) == 0  # before the supervisor kills uWSGI


def test_query_before_the_fork_ends_the_start_with_its_place(database, tmp_path):
    program = Path(shutil.which("service-server")).read_text()
    source = re.search(r"/nix/store/[^/]*-django\b", program).group()
    project = tmp_path / "django"
    subprocess.run(["cp", "-r", "--no-preserve=mode", source, project], check=True)
    views = project / "item" / "api" / "views.py"
    # Python would not check whether this is older than the module.
    shutil.rmtree(views.parent / "__pycache__", ignore_errors=True)
    views.write_text(f"{views.read_text()}COUNTED = Item.objects.count()\n")
    ended = subprocess.run(
        ["bash", "-c", program.replace(source, str(project))],
        env=Server(tmp_path / "run", database).environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert "COUNTED = Item.objects.count()" in ended.stdout
    assert "The database was asked while the application was imported" in ended.stdout


def test_connection_that_breaks_during_a_statement_is_made_anew(start_server, database):
    server = start_server(PGOPTIONS="-c lock_timeout=0")
    with database.locked("item_item"), ThreadPoolExecutor() as pool:
        answer = pool.submit(requests.get, f"{server.url}/item/", timeout=30)
        wait_until(lambda: database.waiting() == 1)
        end = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE wait_event_type = 'Lock'"
        )
        database.run_sql(end, role=f"{NAME}_serve")
        assert answer.result().status_code == 503
    for path in ("/healthcheck/live/", "/item/", "/item/"):
        assert requests.get(f"{server.url}{path}", timeout=10).ok


def test_silent_database_is_told_of_and_does_not_silence_the_server(
    start_server, database
):
    server = start_server()
    # After this, the worker has its connection.
    assert requests.get(f"{server.url}/item/", timeout=10).ok
    with database.silenced():
        # It waits for an answer until uWSGI's harakiri, before nginx gives up.
        assert (
            requests.post(
                f"{server.url}/item/", json={"text": "x" * 280}, timeout=60
            ).status_code
            == 502
        )
        wait_until(
            lambda: server.samples()['service_gateway_errors_total{status="502"}'] == 1
        )
        assert server.samples()['service_dependency_up{dependency="db"}'] == 0
        assert requests.get(f"{server.url}/healthcheck/", timeout=4).status_code == 503
        assert requests.get(f"{server.url}/healthcheck/live/", timeout=4).ok
    wait_until(lambda: requests.get(f"{server.url}/healthcheck/", timeout=10).ok)
    assert requests.get(f"{server.url}/item/", timeout=10).ok


def test_database_stops_cleanly_and_keeps_its_data(start_server, database):
    server = start_server()
    href = requests.post(
        f"{server.url}/item/", json={"text": "kept"}, timeout=10
    ).json()["href"]
    assert database.stop() == 0
    database.start()
    assert requests.get(href, timeout=10).json()["text"] == "kept"


def test_killed_database_recovers_and_keeps_its_data(start_server, database):
    server = start_server()
    href = requests.post(
        f"{server.url}/item/", json={"text": "kept"}, timeout=10
    ).json()["href"]
    database.kill()
    database.start()
    assert requests.get(href, timeout=10).json()["text"] == "kept"

"""Clients of many kinds: slow ones, browsers of other origins, password guessers."""

import re
import resource
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import requests

from support.processes import Server
from support.waiting import children, wait_until

ORIGIN = "https://app.example"
CLIENTS = 4000


@pytest.fixture
def many_files():
    """Let this process open as many files as it may."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.mark.usefixtures("many_files")
def test_many_half_sent_requests_keep_nobody_out(start_server):
    server = start_server()
    with ExitStack() as held:
        for _ in range(CLIENTS):
            slow = held.enter_context(
                socket.create_connection(("127.0.0.1", server.port), timeout=10)
            )
            slow.sendall(b"GET /item/ HTTP/1.1\r\nHost: ")
        assert requests.get(f"{server.url}/item/", timeout=5).ok


def guess_until_limited(server: Server, **headers: str) -> requests.Response:
    """The 429 that follows the burst of wrong logins."""
    for _ in range(30):
        answer = requests.post(
            f"{server.url}/admin/login/", headers=headers, timeout=10
        )
        if answer.status_code == 429:
            assert int(answer.headers["Retry-After"]) > 0
            return answer
        assert answer.status_code == 403
    raise AssertionError("thirty wrong logins are not held back")


def test_body_may_be_as_large_as_body_megabytes_says(start_server):
    server = start_server(BODY_MEGABYTES="3")
    for megabytes, status in ((2, 400), (4, 413)):
        body = b"x" * megabytes * 2**20
        answer = requests.post(
            f"{server.url}/item/",
            body,
            headers={"Content-Type": "application/json"},
            timeout=30,
        )
        assert answer.status_code == status


def test_browser_of_an_allowed_origin_reads_what_nginx_answers_by_itself(start_server):
    longest = f"https://{'.'.join(['a' * 60] * 4)}"
    server = start_server(CORS_ALLOWED_ORIGINS=f"{ORIGIN},{longest}")
    large = requests.post(
        f"{server.url}/item/", data=b"x" * 2**21, headers={"Origin": ORIGIN}, timeout=10
    )
    assert large.status_code == 413
    for answer in (large, guess_until_limited(server, Origin=ORIGIN)):
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "X-REQUEST-ID" in answer.headers["Access-Control-Expose-Headers"]
        assert answer.headers["Vary"] == "Origin"
    # Django answers for itself, once.
    assert (
        requests.get(
            f"{server.url}/item/", headers={"Origin": ORIGIN}, timeout=10
        ).headers["Access-Control-Allow-Origin"]
        == ORIGIN
    )
    other = requests.post(
        f"{server.url}/item/",
        data=b"x" * 2**21,
        headers={"Origin": "https://other.example"},
        timeout=10,
    )
    assert "Access-Control-Allow-Origin" not in other.headers
    assert other.headers["Vary"] == "Origin"


ADDRESSES = pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:0:0:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
    ],
)


@ADDRESSES
def test_login_limit_counts_what_one_client_has(
    start_server, one: str, other: str, same: bool
):
    server = start_server(TRUSTED_PROXIES="127.0.0.1")
    guess_until_limited(server, **{"X-Forwarded-For": one})
    answer = requests.post(
        f"{server.url}/admin/login/", headers={"X-Forwarded-For": other}, timeout=10
    )
    assert answer.status_code == (429 if same else 403)


def guess(server: Server, address: str) -> int:
    """The status of a wrong login: 403, or 429 where nginx holds it back."""
    form = {"username": "admin", "password": "guessed"}
    headers = {"X-Forwarded-For": address}
    url = f"{server.url}/api-auth/login/"
    return requests.post(url, form, headers=headers, timeout=60).status_code


def guess_at_once(server: Server, addresses: list[str]) -> Counter[int]:
    with ThreadPoolExecutor(len(addresses)) as pool:
        return Counter(pool.map(lambda address: guess(server, address), addresses))


@pytest.mark.parametrize(
    "addresses", ["192.0.2.{}", "::ffff:192.0.2.{}", "2001:db8:0:{}::1"]
)
def test_logins_from_one_network_are_held_back(start_server, addresses: str):
    server = start_server(TRUSTED_PROXIES="127.0.0.1")
    statuses = guess_at_once(
        server, [addresses.format(number) for number in range(1, 41)]
    )
    assert set(statuses) == {403, 429}
    assert guess(server, "198.51.100.1") == 403


@pytest.mark.parametrize(
    "addresses", ["192.0.{}.1", "::ffff:192.0.{}.1", "2001:db8:{}::1"]
)
def test_logins_from_forty_networks_all_wait_their_turn(start_server, addresses: str):
    server = start_server(TRUSTED_PROXIES="127.0.0.1")
    statuses = guess_at_once(
        server, [addresses.format(number) for number in range(1, 41)]
    )
    assert set(statuses) == {403}


def test_logins_from_many_networks_are_held_back_in_all(start_server):
    server = start_server(TRUSTED_PROXIES="127.0.0.1")
    statuses = guess_at_once(server, [f"192.0.{number}.1" for number in range(120)])
    # Eight a second, forty that wait, and what comes beyond that is refused.
    assert set(statuses) == {403, 429}
    assert statuses[403] > 40


def test_no_login_passes_where_the_limits_cannot_be_asked(start_server):
    """As while nginx stops: it listens no more, and ends what it has."""
    server = start_server()
    (server.directory / "logins.sock").unlink()
    assert guess(server, "192.0.2.1") == 429
    assert requests.get(f"{server.url}/api-auth/login/", timeout=10).ok


@contextmanager
def attack(server: Server, addresses: list[str]) -> Iterator[None]:
    """Guess without a pause from each address."""
    stop = threading.Event()

    def guess_on(address: str) -> None:
        while not stop.is_set():
            guess(server, address)

    with ThreadPoolExecutor(len(addresses)) as pool:
        guessing = [pool.submit(guess_on, address) for address in addresses]
        try:
            yield
        finally:
            stop.set()
    for guesser in guessing:
        guesser.result()


@pytest.mark.parametrize("addresses", ["2001:db8:0:{}::1", "192.0.2.{}", "192.0.{}.1"])
def test_logins_of_others_pass_while_many_addresses_guess(start_server, addresses: str):
    server = start_server(TRUSTED_PROXIES="127.0.0.1")
    guessers = [addresses.format(number) for number in range(1, 81)]
    # They had their first logins, which wait with those of the others.
    for first in range(0, 80, 20):
        guess_at_once(server, guessers[first : first + 20] * 2)
    with attack(server, guessers):
        assert {guess(server, f"203.{number}.113.1") for number in range(12)} == {403}


def test_requests_of_one_client_are_limited_where_that_is_set(start_server):
    server = start_server(API_RATE="5", TRUSTED_PROXIES="127.0.0.1")

    def ask(path: str, address: str = "192.0.2.1") -> requests.Response:
        return requests.get(
            f"{server.url}{path}", headers={"X-Forwarded-For": address}, timeout=10
        )

    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: ask("/item/?limit=1000"), range(40)))
    limited = [answer for answer in answers if answer.status_code == 429]
    assert limited
    assert len(answers) - len(limited) >= 5
    assert {answer.headers["Retry-After"] for answer in limited} == {"1"}
    assert ask("/healthcheck/").ok
    assert ask("/item/", "192.0.2.2").ok


def asking(server: Server, path: str, address: str = "192.0.2.1") -> socket.socket:
    """A client that has sent a request and reads nothing yet, and little at a time."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(120)
    client.connect(("127.0.0.1", server.port))
    client.sendall(
        (
            f"GET {path} HTTP/1.1\r\n"
            "Host: 127.0.0.1\r\n"
            f"X-Forwarded-For: {address}\r\n\r\n"
        ).encode()
    )
    return client


def statuses_of(clients: list[socket.socket]) -> list[int]:
    """What each is answered, without the rest."""
    return [int(client.recv(12).split()[1]) for client in clients]


@ADDRESSES
def test_requests_in_progress_are_limited_by_client(
    start_server, database, one: str, other: str, same: bool
):
    server = start_server(
        API_REQUESTS="2", UWSGI_THREADS="8", TRUSTED_PROXIES="127.0.0.1"
    )

    def ask(path: str, address: str) -> requests.Response:
        return requests.get(
            f"{server.url}{path}", headers={"X-Forwarded-For": address}, timeout=30
        )

    with ExitStack() as clients, database.locked("item_item"):
        for _ in range(2):
            clients.enter_context(asking(server, "/item/", one))
        wait_until(lambda: database.waiting() == 2)
        assert ask("/", other).status_code == (429 if same else 200)
        refused = ask("/item/", one)
        assert refused.status_code == 429
        assert refused.json()["detail"]
        assert refused.headers["Retry-After"] == "1"
        assert refused.headers["X-REQUEST-ID"]
        # Whoever asks for the server's health, and for its metrics, is never refused.
        assert ask("/healthcheck/live/", one).ok
        assert ask("/healthcheck/ready/", one).ok
        assert ask("/healthcheck/", one).status_code == 200
        assert server.samples()
    wait_until(lambda: ask("/item/", one).ok)


def test_requests_in_progress_are_limited_in_all(start_server, database):
    server = start_server(API_REQUESTS="0")
    with ExitStack() as held, database.locked("item_item"):
        clients = [held.enter_context(asking(server, "/item/")) for _ in range(400)]
        answered: Counter[int] = Counter()
        # Those that wait for the lock are let go one by one, with 503.
        while not answered[503]:
            answered.update(statuses_of([clients.pop()]))
        assert answered[429] > 50
        assert requests.get(f"{server.url}/static/none", timeout=30).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/healthcheck/", "/healthcheck", "/healthcheck/live/", "/healthcheck/ready/"],
)
def test_probes_take_nobody_elses_room(start_server, path: str):
    """They are in no other limit: their bodies are not kept, nor many of them."""
    server = start_server()
    answer = requests.post(f"{server.url}{path}", data=b"x" * 100_000, timeout=10)
    assert answer.status_code == 413
    assert requests.get(f"{server.url}{path}", timeout=10).ok


@pytest.fixture
def large_page(database) -> Iterator[str]:
    """The address of 1.2 MB."""
    text = "repeat(U&'\\+01F600', 280)"
    database.run_sql(
        f"INSERT INTO item_item (text) SELECT {text} FROM generate_series(1, 1000)"
    )
    yield "/item/?limit=1000"
    database.run_sql(f"DELETE FROM item_item WHERE text = {text}")


def waiting_answers(server: Server) -> int:
    """How many answers nginx has in files; they have lost their names."""
    files = 0
    for worker in children(server.program("nginx")):
        for link in Path(f"/proc/{worker}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed meanwhile
                files += bool(
                    re.search(r"/uwsgi/\d+ \(deleted\)$", str(link.readlink()))
                )
    return files


@pytest.mark.usefixtures("many_files")
def test_slow_readers_keep_nobody_out(start_server, large_page: str):
    """Neither do they hold a worker, nor fill the disk."""
    server = start_server(API_REQUESTS="5", TRUSTED_PROXIES="127.0.0.1")
    with ExitStack() as held:
        slow = [held.enter_context(asking(server, large_page)) for _ in range(5)]
        assert statuses_of(slow) == [200] * 5
        late = [held.enter_context(asking(server, large_page)) for _ in range(20)]
        assert 429 in statuses_of(late)
        assert 0 < waiting_answers(server) <= 5
        answer = requests.get(
            f"{server.url}{large_page}",
            headers={"X-Forwarded-For": "192.0.2.2"},
            timeout=60,
        )
        assert len(answer.json()) == 1000

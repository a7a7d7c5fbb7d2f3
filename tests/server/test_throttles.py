"""Limits that all workers of all servers count together."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import requests

SERVERS = 2
WORKERS = 4  # of each
MOST = 60
ASKED = 240


def test_exactly_as_many_pass_as_one_client_may_ask(start_server):
    """Its addresses are of one /64, and a day does not end meanwhile."""
    servers = [
        start_server(
            ANONYMOUS_RATE=f"{MOST}/day",
            TRUSTED_PROXIES="127.0.0.1",
            UWSGI_PROCESSES=str(WORKERS),
        )
        for _ in range(SERVERS)
    ]

    def ask(number: int, network: str = "2001:db8:1:1"):
        server = number % SERVERS
        address = {"X-Forwarded-For": f"{network}::{number + 1:x}"}
        url = f"{servers[server].url}/item/"
        return server, requests.get(url, headers=address, timeout=30)

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(ask, range(ASKED)))
    statuses = Counter(answer.status_code for _, answer in answers)
    passed = Counter(server for server, answer in answers if answer.ok)
    print(statuses, passed)
    assert statuses == {200: MOST, 429: ASKED - MOST}
    assert len(passed) == SERVERS
    for _, answer in answers:
        if answer.status_code == 429:
            assert 1 <= int(answer.headers["Retry-After"]) <= 86400
            assert "throttled" in answer.json()["detail"]
    _, other = ask(0, "2001:db8:1:2")
    assert other.ok

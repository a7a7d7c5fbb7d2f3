"""A request's trace, and what its access line tells of it."""

import os
import re
import subprocess

import pytest
import requests

from support.processes import LogServer, Server
from support.waiting import wait_until

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
MADE = re.compile("00-([0-9a-f]{32})-[0-9a-f]{16}-00")


def get(server: Server, path: str = "/item/", **headers: str) -> requests.Response:
    return requests.get(f"{server.url}{path}", headers=headers, timeout=10)


def lines_of(log: LogServer, word: str, number: int) -> list[str]:
    """The lines that have a word, once there are so many."""

    def found() -> list[str]:
        return [line for line in log.text().splitlines() if word in line]

    wait_until(lambda: len(found()) >= number)
    return found()


def find_requests(
    log: LogServer, *arguments: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["find-requests", *arguments],
        env={**os.environ, **log.environment},
        capture_output=True,
        text=True,
    )


def test_trusted_proxys_trace_is_on_every_line_and_in_the_answer(start_server, log):
    server = start_server(**log.forwarding, TRUSTED_PROXIES="127.0.0.1")
    headers = {"traceparent": PARENT, "X-Request-ID": "traced"}
    answer = requests.post(f"{server.url}/admin/", headers=headers, timeout=10)
    assert answer.headers["traceparent"] == PARENT
    lines = lines_of(log, "[traced]", 2)
    assert {line.split()[2] for line in lines} == {"nginx", "django"}
    assert {line.split()[5] for line in lines} == {f"[{TRACE}]"}
    assert find_requests(log, TRACE).stdout.splitlines() == lines


@pytest.mark.parametrize(
    ("trusted", "sent"),
    [
        ("", PARENT),
        ("127.0.0.1", ""),
        ("127.0.0.1", PARENT[:-1]),
        ("127.0.0.1", f"00-{'0' * 32}-00f067aa0ba902b7-01"),
        ("127.0.0.1", f"00-{TRACE}-{'0' * 16}-01"),
        ("127.0.0.1", '00-"] forged'),
    ],
)
def test_any_other_trace_is_replaced(start_server, log, trusted: str, sent: str):
    server = start_server(**log.forwarding, TRUSTED_PROXIES=trusted)
    answer = get(server, "/no/", traceparent=sent)
    (begun,) = MADE.fullmatch(answer.headers["traceparent"]).groups()
    assert begun != TRACE
    (line,) = lines_of(log, '"GET /no/"', 1)
    assert line.split()[5] == f"[{begun}]"


def test_nginxs_own_answer_has_a_trace(start_server):
    answer = get(start_server(), "/static/no")
    assert answer.status_code == 404
    assert MADE.fullmatch(answer.headers["traceparent"])


def test_access_line_tells_what_only_django_knows(start_server, log):
    server = start_server(**log.forwarding)
    assert "X-Access-Line" not in get(server).headers
    (line,) = lines_of(log, '"GET /item/"', 1)
    assert re.search(
        r" upstream 0\.\d{3}s \[item-list\] anonymous 1 queries 0\.\d{3}s$", line
    )


def test_slowest_and_failed_requests_of_a_view_are_found(start_server, log):
    server = start_server(**log.forwarding)
    access = (
        '[{}] [-] 127.0.0.1 "GET /{}" {} 9 bytes {}s upstream {}s [{}] user 1 queries'
    )
    rows = [
        ("one", "a", 200, 0.5, "a-list"),
        ("two", "a", 503, 2.25, "a-list"),
        ("three", "b", 200, 10.5, "b-list"),
        ("four", "a", 200, 9.0, "a-list"),
    ]
    server.log(
        [
            access.format(name, path, status, seconds, seconds, view) + " 0.001s"
            for name, path, status, seconds, view in rows
        ],
        begin="nginx:",
    )
    lines_of(log, " user 1 queries ", len(rows))

    def ids(*arguments: str) -> list[str]:
        lines = find_requests(log, *arguments).stdout.splitlines()
        return [line.split()[4].strip("[]") for line in lines]

    assert ids("slow")[:3] == ["three", "four", "two"]
    assert ids("slow", "a-list") == ["four", "two", "one"]
    assert ids("slow", "a-list", "1") == ["four"]
    assert ids("failed", "a-list") == ["two"]
    assert ids("failed", "b-list") == []
    minute = lines_of(log, "[one]", 1)[0][:16]
    assert ids("slow", "a-list", minute, minute) == ["four", "two", "one"]
    assert ids("slow", "2020-01-01T00:00", "2020-01-01T00:01") == []


def test_of_many_requests_only_the_asked_for_take_memory(tmp_path):
    """The log of a container has 256 MB, and its files 200."""
    line = (
        '2026-12-01T00:00:00.0+00:00 vm nginx info [{}] [-] 192.0.2.1 "GET /" 200 '
        "9 bytes {:.3f}s upstream 0.0s [a] user 1 queries 0.001s\n"
    )
    seconds = [number * 7919 % 99991 / 1000 for number in range(99991)]
    with (tmp_path / "all.log").open("w") as log:
        log.writelines(map(line.format, range(99991), seconds))
    limit = (
        'ulimit -v 20000; exec find-requests "$@"'  # kilobytes: the lines have 11 MB
    )
    found = subprocess.run(
        ["bash", "-c", limit, "bash", "slow", "300"],
        env={**os.environ, "LOG_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    took = [float(line.split()[12][:-1]) for line in found.stdout.splitlines()]
    assert took == sorted(seconds, reverse=True)[:300]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--no"],
        ["tweet-list", "slow"],
        ["slow", "-x"],
        ["slow", "a", "b"],
        ["slow", "2026-12-01"],
        ["slow", "09:41"],
        ["slow", "0"],
        ["slow", *["2026-12-01T09:41"] * 3],
    ],
)
def test_wrong_question_is_told(log, arguments: list[str]):
    ended = find_requests(log, *arguments)
    assert ended.returncode == 2
    assert ended.stderr.startswith("find-requests: ")

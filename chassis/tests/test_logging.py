import logging
import socket
import time
from http import HTTPStatus

import pytest
from django.test import Client

from chassis.logging import NoValues, Seldom, SyslogHandler


@pytest.fixture
def path(tmp_path) -> str:
    return str(tmp_path / "log")


@pytest.fixture
def logger(path: str):
    handler = SyslogHandler(path)
    logger = logging.Logger("test")
    logger.addHandler(handler)
    yield logger
    handler.close()


@pytest.fixture
def listen(path: str):
    """Open the syslog socket."""
    sockets = []

    def listen() -> socket.socket:
        sockets.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        sockets[-1].bind(path)
        sockets[-1].settimeout(1)
        return sockets[-1]

    yield listen
    for opened in sockets:
        opened.close()


def test_line_goes_to_the_socket(logger, listen, capsys):
    server = listen()
    logger.info("hello")
    assert server.recv(1000).endswith(b"django: hello")
    assert capsys.readouterr().err == ""


def test_line_goes_to_stderr_without_the_socket(logger, capsys):
    logger.info("hello")
    assert capsys.readouterr().err == "hello\n"


def test_socket_is_taken_up_when_it_comes_back(logger, listen, path, capsys, tmp_path):
    listen().close()
    (tmp_path / "log").unlink()
    logger.info("while away")
    assert capsys.readouterr().err == "while away\n"
    server = listen()
    logger.info("back")
    assert server.recv(1000).endswith(b"django: back")


def test_full_socket_does_not_hold_the_request(logger, listen, capsys):
    listen()
    for _ in range(5000):
        logger.info("x" * 1000)
    assert "x" * 1000 in capsys.readouterr().err


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Origin", "Referer"])
def test_reason_of_a_csrf_failure_quotes_no_client(client, settings, caplog, name: str):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    checked = Client(enforce_csrf_checks=True)
    checked.cookies["csrftoken"] = "a" * 32
    headers = {
        name: "https://user:secret@evil.example/?secret",
        "X-Forwarded-Proto": "https",
    }
    assert (
        checked.post("/admin/login/", headers=headers).status_code
        == HTTPStatus.FORBIDDEN
    )
    (message,) = caplog.messages
    assert message == f"Forbidden ({name} checking failed): /admin/login/"


@pytest.mark.parametrize("arguments", [(), ({"a": 1},)])
def test_filter_takes_any_record(arguments):
    record = logging.LogRecord(
        "django.security.csrf", logging.WARNING, "", 0, "message", arguments, None
    )
    before = record.args
    assert NoValues().filter(record)
    assert record.args == before


def test_control_characters_are_escaped_and_line_breaks_as_the_daemon_does_it(
    logger, listen
):
    server = listen()
    logger.info("ä\u2028b\x9bc\td\r\ne")
    assert server.recv(1000).decode().endswith(r"django: ä\u2028b\x9bc\td\r#012e")


def test_long_line_loses_its_middle(logger, listen):
    server = listen()
    logger.info("begin" + "ä\n" * 100_000 + "the reason")
    line = server.recv(100_000)
    assert 15_900 < len(line) < 16_384  # what the daemon takes
    assert b"django: begin" in line
    assert b" ... " in line
    assert line.endswith("#012ä#012the reason".encode())


@pytest.mark.parametrize("begin", ["", "x"])
def test_long_line_is_cut_between_letters(logger, listen, begin: str):
    server = listen()
    logger.info(begin + "ä" * 10_000)
    line = server.recv(100_000).partition(b"django: ")[2].decode()
    assert set(line) <= set("xä .")
    assert " ... " in line


@pytest.mark.parametrize(
    ("length", "kept"), [(16_000, 16_000), (16_001, 16_000), (100_000, 16_000)]
)
def test_line_is_as_long_as_it_may_be(logger, listen, length: int, kept: int):
    server = listen()
    logger.info("x" * length)
    line = server.recv(100_000).partition(b"django: ")[2]
    assert len(line) == kept
    assert (b"..." in line) is (length > kept)


def test_line_that_comes_often_is_written_seldom(monkeypatch):
    seldom, record = Seldom(), logging.makeLogRecord({})
    now = time.monotonic()
    passed = []
    for second in (0, 1, 59, 61, 62):
        monkeypatch.setattr(time, "monotonic", lambda second=second: now + second)
        passed.append(seldom.filter(record))
    assert passed == [True, False, False, True, False]

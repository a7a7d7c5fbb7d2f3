"""What the start refuses, and what proxies may say."""

import errno
import importlib.util
import os
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
import requests

from support.processes import Server


def refused(server: Server, **variables: str) -> str:
    """The sentence with which the server's start refuses a variable."""
    ended = subprocess.run(
        ["service-server"],
        env=server.environment | variables,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.count("\n") == 1
    return ended.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("API_RATE", "many"),
        ("API_REQUESTS", "257"),
        ("BODY_MEGABYTES", "0"),
        ("CORS_ALLOWED_ORIGINS", "https://app.example; evil"),
        ("DJANGO_SECRET_KEY", "short"),
        ("SERVER_LISTEN", "8080"),
        ("SERVER_METRICS_LISTEN", "0.0.0.0:9180; evil"),
        ("SYSLOG_PORT", "0"),
        ("POSTGRES_PORT", "http"),
        ("TRUSTED_PROXIES", "proxy.example"),
        ("UWSGI_PROCESSES", "many"),
        ("UWSGI_RELOAD_ON_RSS", "0"),
        ("UWSGI_THREADS", "-1"),
    ],
)
def test_malformed_variable_ends_the_start_with_a_sentence(
    start_server, variable: str, value: str
):
    server = start_server()
    server.stop()
    assert variable in refused(server, **{variable: value})


@pytest.fixture
def refusal(tmp_path, database):
    """The sentence about a directory that cannot be used."""
    modes = []

    def refusal(run: Path, unwritable: Path | None = None) -> str:
        if unwritable:
            modes.append((unwritable, unwritable.stat().st_mode))
            unwritable.chmod(0o555)
        said = refused(Server(run, database))
        assert said.startswith(
            f"server: RUN_DIR={run} cannot be used by uid {os.getuid()}: "
        )
        return said

    yield refusal
    for path, mode in modes:
        path.chmod(mode)


def test_directory_that_cannot_be_made_is_refused_in_a_sentence(refusal, tmp_path):
    assert "Permission denied" in refusal(tmp_path / "run", unwritable=tmp_path)


@pytest.mark.parametrize("character", ['"', "$", ":", "\\"])
def test_directory_whose_name_no_program_can_take_is_refused_in_a_sentence(
    tmp_path, database, character: str
):
    said = refused(Server(tmp_path / f"a{character}b", database))
    assert said.startswith("server: RUN_DIR must be a directory without ")


@pytest.mark.parametrize("inside", ["", "listen.conf", "metrics"])
def test_directory_that_cannot_be_written_is_refused_in_a_sentence(
    refusal, tmp_path, inside: str
):
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "counter_1.db").touch()
    (tmp_path / "listen.conf").touch()
    sentence = refusal(tmp_path, unwritable=tmp_path / inside)
    assert "Permission denied" in sentence
    assert str(tmp_path / inside) in sentence


@pytest.mark.parametrize("run", ["file", "file/run"])
def test_file_in_place_of_the_directory_is_refused_in_a_sentence(
    refusal, tmp_path, run: str
):
    (tmp_path / "file").touch()
    assert "remove the file" in refusal(tmp_path / run)


@pytest.fixture
def start() -> ModuleType:
    spec = importlib.util.spec_from_file_location("start", os.environ["startScript"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.EROFS, "mount a tmpfs there"),
        (errno.ENOSPC, "make room there"),
        (errno.EPERM, "let that uid own it"),
    ],
)
def test_file_system_that_takes_nothing_is_refused_in_a_sentence(
    start, tmp_path, number: int, advice: str
):
    with pytest.raises(SystemExit) as ended, start.explained_failures(tmp_path):
        raise OSError(number, os.strerror(number), str(tmp_path / "metrics"))
    assert f"{os.strerror(number)}: {tmp_path}/metrics; {advice}" in str(ended.value)


def test_what_belongs_to_another_user_is_refused_in_a_sentence(start, tmp_path):
    (tmp_path / "lost+found").mkdir()  # root's, in a new file system
    (tmp_path / "client_body").mkdir()  # a tmpfs of its own, where this user may write
    start.refuse_others(tmp_path, os.getuid() + 1)
    (tmp_path / "proxy").mkdir(mode=0o555)
    start.refuse_others(tmp_path, os.getuid())
    with pytest.raises(PermissionError) as refused:
        start.refuse_others(tmp_path, os.getuid() + 1)
    assert refused.value.filename == str(tmp_path / "proxy")


@pytest.mark.parametrize(
    ("trusted", "status"),
    [("", 301), ("10.0.0.0/8", 301), ("127.0.0.1", 200), ("127.0.0.0/8,::1", 200)],
)
def test_only_trusted_proxies_say_that_it_was_https(
    start_server, trusted: str, status: int
):
    server = start_server(BEHIND_TLS="true", TRUSTED_PROXIES=trusted)
    answer = requests.get(
        f"{server.url}/item/",
        headers={"X-Forwarded-Proto": "https"},
        timeout=10,
        allow_redirects=False,
    )
    assert answer.status_code == status
    if status == 301:
        assert answer.headers["Location"] == f"https://127.0.0.1:{server.port}/item/"
    else:
        assert "max-age" in answer.headers["Strict-Transport-Security"]
        assert answer.json()[0]["href"].startswith("https://")

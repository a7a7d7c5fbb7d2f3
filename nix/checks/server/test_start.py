"""What the start refuses, and what proxies may say."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import requests


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("API_RATE", "many"),
        ("CORS_ALLOWED_ORIGINS", "https://app.example; evil"),
        ("DJANGO_SECRET_KEY", "short"),
        ("LISTEN", "8080"),
        ("METRICS_LISTEN", "0.0.0.0:9180; evil"),
        ("SYSLOG_PORT", "0"),
        ("POSTGRES_PORT", "http"),
        ("TRUSTED_PROXIES", "proxy.example"),
        ("UWSGI_PROCESSES", "many"),
        ("UWSGI_RELOAD_ON_RSS", "0"),
        ("UWSGI_THREADS", "-1"),
    ],
)
def test_malformed_variable_ends_the_start_with_a_sentence(start_server, variable: str, value: str):
    server = start_server()
    server.stop()
    environment = {**server.environment, variable: value}
    ended = subprocess.run(["templatesite-server"], env=environment, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert variable in ended.stderr


def test_readme_has_the_variables_that_the_start_reads():
    start_script = Path(os.environ["startScript"]).read_text()
    table = Path(os.environ["readme"]).read_text().split("nginx and uWSGI")[1].split("##")[0]
    read = set(re.findall(r'^    "([A-Z_]+)": ', start_script, re.MULTILINE))
    assert read == set(re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE))


@pytest.mark.parametrize(
    ("trusted", "status"), [("", 301), ("10.0.0.0/8", 301), ("127.0.0.1", 200), ("127.0.0.0/8,::1", 200)]
)
def test_only_trusted_proxies_say_that_it_was_https(start_server, trusted: str, status: int):
    server = start_server(BEHIND_TLS="true", TRUSTED_PROXIES=trusted)
    answer = requests.get(
        f"{server.url}/tweet/", headers={"X-Forwarded-Proto": "https"}, timeout=10, allow_redirects=False
    )
    assert answer.status_code == status
    if status == 301:
        assert answer.headers["Location"] == f"https://127.0.0.1:{server.port}/tweet/"
    else:
        assert "max-age" in answer.headers["Strict-Transport-Security"]
        assert answer.json()[0]["href"].startswith("https://")

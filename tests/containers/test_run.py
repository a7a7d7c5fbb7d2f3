"""Each image starts, becomes healthy, does its work and stops with 0."""

import os
import shutil
import subprocess

import pytest
import requests

from support.images import Container
from support.waiting import wait_until

DATABASE = {"POSTGRES_HOST": "127.0.0.1", "POSTGRES_PASSWORD": "p"}
SERVING = {"POSTGRES_HOST": "127.0.0.1", "POSTGRES_SERVE_PASSWORD": "s"}


@pytest.fixture(scope="module")
def db(start_container) -> Container:
    passwords = {
        "POSTGRES_PASSWORD": "p",
        "POSTGRES_SERVE_PASSWORD": "s",
        "POSTGRES_METRICS_PASSWORD": "m",
    }
    return start_container("db", POSTGRES_INIT="sample", **passwords)


@pytest.fixture(scope="module")
def server(start_container, db) -> Container:
    return start_container(
        "server",
        **SERVING,
        DJANGO_SECRET_KEY="k" * 50,
        ALLOWED_HOSTS="127.0.0.1",
        BEHIND_TLS="false",
        SYSLOG_HOST="does-not-resolve.example",
    )


@pytest.mark.parametrize("name", ["alerts", "log", "metrics"])
def test_becomes_healthy_and_stops_cleanly(start_container, name: str):
    assert start_container(name).stop() == 0


def test_edge_has_its_certificate_and_leads_to_the_server(start_container, server):
    ports = {
        "EDGE_HTTP_PORT": "8081",
        "EDGE_HTTPS_PORT": "8444",
        "EDGE_METRICS_PORT": "9181",
    }
    edge = start_container("edge", **ports, EDGE_UPSTREAMS="127.0.0.1:8080")
    authority = edge.writable["/var/lib/edge"] / "pki/authorities/local/root.crt"
    wait_until(authority.exists)

    def answers() -> bool:
        try:
            return requests.get(
                "https://localhost:8444/healthcheck/", verify=str(authority), timeout=10
            ).ok
        except requests.exceptions.SSLError:  # it is still made
            return False

    wait_until(answers)
    assert edge.stop() == 0


def test_exporter_reads_the_database_and_stops_cleanly(start_container, db):
    variables = {"POSTGRES_HOST": "127.0.0.1", "POSTGRES_METRICS_PASSWORD": "m"}
    exporter = start_container("db-metrics", **variables)
    assert (
        "\npg_up 1\n" in requests.get("http://127.0.0.1:9187/metrics", timeout=10).text
    )
    assert exporter.stop() == 0


def manage(server: Container, *arguments: str, **variables: str) -> str:
    """What `docker exec CONTAINER manage ARGUMENTS` prints in the server's image."""
    command = server.image.command({}, {**server.variables, **variables})
    command += ["manage", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def test_system_tests_pass_with_a_token(images, server):
    person = {"DJANGO_SUPERUSER_USERNAME": "tester", "DJANGO_SUPERUSER_PASSWORD": "p"}
    manage(
        server, "createsuperuser", "--noinput", "--email=tester@example.com", **person
    )
    token = manage(server, "createtoken", "tester", "--days", "1").strip()
    variables = {
        "SYSTEM_TEST_HOSTPORT": "127.0.0.1:8080",
        "SYSTEM_TEST_METRICS_HOSTPORT": "127.0.0.1:9180",
    }
    command = images["system-test"].command(
        {}, {**variables, "SYSTEM_TEST_TOKEN": token}
    )
    ended = subprocess.run(
        [*command, *images["system-test"].config["Entrypoint"]],
        stdout=subprocess.PIPE,
        text=True,
    )
    print(ended.stdout)
    assert ended.returncode == 0
    assert "skipped" not in ended.stdout


def test_unit_tests_pass(images, db, tmp_path):
    shutil.copytree(os.environ["source"], tmp_path / "src")
    shutil.copy(os.environ["configuration"], tmp_path / "pyproject.toml")
    command = images["test"].command(
        {"/work": tmp_path},
        {**DATABASE, "DEBUG_MODE": "true"},
    )
    subprocess.run(
        [*command, *images["test"].config["Entrypoint"], "-p", "no:cacheprovider"],
        check=True,
    )


def test_manage_and_migrate_are_commands(images, server):
    owning = {**server.variables, **DATABASE, "POSTGRES_SERVE_PASSWORD": ""}
    command = [
        *images["server"].command({}, owning),
        *images["server"].config["Entrypoint"],
    ]
    subprocess.run([*command, "migrate", "--check"], check=True)
    shown = manage(server, "showmigrations", "item")
    assert "[X]" in shown
    assert "[ ]" not in shown


def test_database_stops_cleanly_and_the_server_stays_healthy(server, db):
    """Swarm would end the servers for it, and again each time that they start."""
    assert db.stop() == 0
    assert server.is_ready()


def test_server_stops_cleanly(server):
    assert server.stop() == 0

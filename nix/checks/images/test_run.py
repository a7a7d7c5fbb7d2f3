"""Each image starts, becomes healthy, does its work and stops with 0."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import requests
from images import Container
from waiting import children, wait_until

DATABASE = {"POSTGRES_HOST": "127.0.0.1", "POSTGRES_PASSWORD": "p"}
SERVING = {"POSTGRES_HOST": "127.0.0.1", "POSTGRES_SERVE_PASSWORD": "s"}


@pytest.fixture(scope="module")
def start(images, tmp_path_factory):
    """Start a container of an image and wait until it is healthy."""
    running = []

    def start(name: str, directory: Path | None = None, **variables: str) -> Container:
        container = Container(images[name], directory or tmp_path_factory.mktemp(name), **variables)
        running.append(container)
        wait_until(container.healthy)
        return container

    yield start
    for container in reversed(running):
        if container.process.poll() is None:
            container.stop()


@pytest.fixture(scope="module")
def db(start) -> Container:
    return start("db", POSTGRES_PASSWORD="p", POSTGRES_SERVE_PASSWORD="s", POSTGRES_METRICS_PASSWORD="m")


@pytest.fixture(scope="module")
def server(start, db) -> Container:
    return start(
        "server",
        **SERVING,
        DJANGO_SECRET_KEY="k" * 50,
        ALLOWED_HOSTS="127.0.0.1",
        BEHIND_TLS="false",
        SYSLOG_HOST="does-not-resolve.example",
    )


@pytest.mark.parametrize("name", ["log", "metrics"])
def test_becomes_healthy_and_stops_cleanly(start, name: str):
    assert start(name).stop() == 0


def test_exporter_reads_the_database_and_stops_cleanly(start, db):
    exporter = start("db-metrics", POSTGRES_HOST="127.0.0.1", POSTGRES_METRICS_PASSWORD="m")
    assert "\npg_up 1\n" in requests.get("http://127.0.0.1:9187/metrics", timeout=10).text
    assert exporter.stop() == 0


def manage(server: Container, *arguments: str, **variables: str) -> str:
    """What `manage ARGUMENTS` prints in another container of the server's image."""
    command = server.image.command({}, {**server.variables, **variables})
    command += [*server.image.config["Entrypoint"], "manage", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def test_system_tests_pass_with_a_token(images, server):
    person = {"DJANGO_SUPERUSER_USERNAME": "tester", "DJANGO_SUPERUSER_PASSWORD": "p"}
    manage(server, "createsuperuser", "--noinput", "--email=tester@example.com", **person)
    token = manage(server, "createtoken", "tester", "--days", "1").strip()
    variables = {"SYSTEM_TEST_HOSTPORT": "127.0.0.1:8080", "SYSTEM_TEST_METRICS_HOSTPORT": "127.0.0.1:9180"}
    command = images["system-test"].command({}, {**variables, "SYSTEM_TEST_TOKEN": token})
    ended = subprocess.run([*command, *images["system-test"].config["Entrypoint"]], stdout=subprocess.PIPE, text=True)
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
    subprocess.run([*command, *images["test"].config["Entrypoint"], "-p", "no:cacheprovider"], check=True)


def test_manage_and_migrate_are_commands(images, server):
    owning = {**server.variables, **DATABASE, "POSTGRES_SERVE_PASSWORD": ""}
    command = [*images["server"].command({}, owning), *images["server"].config["Entrypoint"]]
    subprocess.run([*command, "migrate", "--check"], check=True)
    assert "[X] 0001_initial" in manage(server, "showmigrations", "tweet")


def test_server_stops_cleanly(server):
    assert server.stop() == 0


def test_database_starts_again_after_a_kill_and_stops_cleanly(start, db, tmp_path):
    (first,) = children(db.process.pid)
    os.kill(first, 9)
    db.process.wait(30)
    again = Container(db.image, next(iter(db.writable.values())).parent, POSTGRES_PASSWORD="p")
    wait_until(again.healthy)
    assert again.stop() == 0


def test_database_takes_other_names(images, tmp_path):
    names = {"POSTGRES_PASSWORD": "it's \\ ; --", "POSTGRES_USER": "user", "POSTGRES_DB": "order"}
    serving = {"POSTGRES_SERVE_PASSWORD": "another's \\ ; --"}
    container = Container(images["db"], tmp_path, **names, **serving)
    wait_until(container.healthy)
    variables = {**DATABASE, **names, "DEBUG_MODE": "true"}
    command = [*images["server"].command({}, variables), *images["server"].config["Entrypoint"]]
    subprocess.run([*command, "migrate", "--check"], check=True)
    command = [*images["server"].command({}, {**variables, **serving}), *images["server"].config["Entrypoint"]]
    subprocess.run([*command, "manage", "check", "--database", "default"], check=True)
    assert container.stop() == 0
    # An existing cluster is used as it is, and has no other database.
    other = Container(images["db"], tmp_path, **{**names, "POSTGRES_DB": "templatesite"})
    assert other.process.wait(30) == 1


def test_database_leaves_alone_what_is_no_cluster(images, tmp_path):
    data = tmp_path / "_var_lib_postgresql" / "data"
    data.mkdir(parents=True, mode=0o700)
    (data / "backup.sql").touch()
    for _ in range(2):
        assert Container(images["db"], tmp_path, POSTGRES_PASSWORD="p").process.wait(30) == 1
        assert [file.name for file in data.iterdir()] == ["backup.sql"]


def test_database_that_was_cut_short_while_it_was_filled_starts_anew(images, tmp_path):
    data = tmp_path / "_var_lib_postgresql" / "data"
    data.mkdir(parents=True, mode=0o700)
    for name in ("FILLING", "PG_VERSION", "base/1/112"):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).touch(mode=0o444)
    (data / "base" / "1").chmod(0o555)  # like what is copied
    (data / "lost+found").mkdir(mode=0)  # what a new file system has is root's
    container = Container(images["db"], tmp_path, POSTGRES_PASSWORD="p")
    wait_until(container.healthy)
    assert container.stop() == 0
    assert (data / "lost+found").stat().st_mode & 0o777 == 0


@pytest.mark.parametrize("user", ["no;user", "Upper", "1st"])
def test_database_refuses_strange_names(images, tmp_path, user: str):
    assert Container(images["db"], tmp_path, POSTGRES_PASSWORD="p", POSTGRES_USER=user).process.wait(30) == 1


def test_database_refuses_to_start_without_a_password(images, tmp_path):
    container = Container(images["db"], tmp_path)
    assert container.process.wait(30) != 0

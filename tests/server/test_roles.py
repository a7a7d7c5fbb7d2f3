"""What the role that serves may do in the database, and for how long."""

import subprocess
import time

import pytest
import requests

from support.processes import NAME, PASSWORD, Database

SERVING = f"{NAME}_serve"


def tried(database, statement: str, role: str = SERVING) -> str:
    """What psql prints for a statement."""
    return database.tell(statement, role)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE t ()",
        "ALTER TABLE item_item ADD COLUMN c integer",
        "DROP TABLE item_item",
        "TRUNCATE item_item",
        "CREATE INDEX ON item_item (text)",
        "CREATE SCHEMA s",
        "CREATE ROLE r",
        "CREATE DATABASE d",
        "ALTER SEQUENCE item_item_id_seq RESTART",
        "GRANT SELECT ON item_item TO PUBLIC",
        f"SET ROLE {NAME}",
        f"ALTER ROLE {NAME} PASSWORD 'mine'",
        "COPY item_item FROM PROGRAM 'true'",
    ],
)
def test_serving_role_changes_nothing_but_rows(database, statement: str):
    output = tried(database, f"BEGIN; {statement}; ROLLBACK")
    assert "ERROR: " in output or "WARNING:  no privileges were granted" in output, output


def test_serving_role_reads_and_writes_rows_of_later_tables_too(database):
    tried(database, "CREATE TABLE later (id serial)", role=NAME)
    try:
        written = (
            "INSERT INTO later DEFAULT VALUES; "
            "UPDATE later SET id = 2; DELETE FROM later RETURNING id"
        )
        assert tried(database, written) == "2"
    finally:
        tried(database, "DROP TABLE later", role=NAME)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("statement_timeout", "10s"),
        ("lock_timeout", "2s"),
        ("idle_in_transaction_session_timeout", "30s"),
    ],
)
def test_serving_role_gives_up_in_time(database, name: str, value: str):
    assert tried(database, f"SHOW {name}") == value
    assert tried(database, f"SHOW {name}", role=NAME) == "0"


def test_forgotten_session_holds_a_request_for_the_lock_timeout_only(start_server, database):
    server = start_server()
    href = requests.post(f"{server.url}/item/", json={"text": "held"}, timeout=10).json()["href"]
    with database.locked("item_item", "SHARE"):
        asked = time.monotonic()
        answer = requests.put(href, json={"text": "put"}, timeout=30)
        assert (
            time.monotonic() - asked < 9
        )  # before the statement's own limit, on a slow machine, too
    assert answer.status_code == 503
    assert requests.put(href, json={"text": "put"}, timeout=30).ok


def test_data_without_the_serving_role_get_it_at_start(tmp_path):
    older = Database(tmp_path / "older")
    older.directory.mkdir()
    older.start()
    older.stop()
    single = ["postgres", "--single", "-D", str(older.directory / "data")]
    for name, statement in (
        (f"test_{NAME}", f"DROP OWNED BY {SERVING}"),
        (NAME, f"DROP OWNED BY {SERVING}"),
        (NAME, f"DROP ROLE {SERVING}"),
    ):
        subprocess.run([*single, name], input=f"{statement}\n", text=True, check=True, timeout=60)
    older.start()
    try:
        assert tried(older, "SHOW lock_timeout") == "2s"
        assert tried(older, "SELECT count(*) FROM item_item") == "2"
        assert "permission denied" in tried(older, "TRUNCATE item_item")
    finally:
        older.end()


def check_deployment(server, **variables: str) -> str:
    """What the deployment checks say of the database's role."""
    command = ["service-server", "manage", "check", "--deploy", "--database", "default"]
    ended = subprocess.run(
        command, env={**server.environment, **variables}, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stderr


def test_deployment_check_tells_whether_the_serving_role_is_used(start_server):
    server = start_server()
    assert "chassis.W00" not in check_deployment(server)
    owner = check_deployment(server, POSTGRES_SERVE_PASSWORD="", POSTGRES_PASSWORD=PASSWORD)
    assert "chassis.W001" in owner
    assert "chassis.W002" in owner


def test_migrate_refuses_the_serving_role_in_a_sentence(start_server):
    server = start_server()
    ended = subprocess.run(
        ["service-server", "migrate"],
        env=server.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert "POSTGRES_PASSWORD" in ended.stderr
    assert ended.stderr.count("\n") == 1

"""What the role that serves may do in the database, and for how long."""

import os
import subprocess
import time

import pytest
import requests

from support.processes import NAME, PASSWORD, PASSWORDS, Database
from support.program import running

SERVING = f"{NAME}_serve"
# What chassis's migrate locks: "migrate" in ASCII.
MIGRATE_LOCK = int.from_bytes(b"migrate")


def run_sql_in(database, place: str, statement: str, role: str) -> str:
    """What psql prints for a statement in another database than the service's."""
    command = [
        *database.client("psql", role),
        f"--dbname={place}",
        "--no-psqlrc",
        "-qtc",
        statement,
    ]
    environment = {**os.environ, "PGPASSWORD": PASSWORDS.get(role, PASSWORD)}
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60
    )
    return (ended.stdout + ended.stderr).strip()


def tried(database, statement: str, role: str = SERVING) -> str:
    """What psql prints for a statement."""
    return database.run_sql(statement, role)


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
        "CREATE TEMPORARY TABLE t ()",
        "SELECT lo_creat(-1)",
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT lo_put(1, 0, 'x')",
        "SELECT lowrite(0, 'x')",
        "SELECT lo_truncate(0, 1)",
        "SELECT lo_truncate64(0, 1)",
    ],
)
def test_serving_role_changes_nothing_but_rows(database, statement: str):
    output = tried(database, statement)
    refused = ("permission denied", "must be", "WARNING:  no privileges were granted")
    assert any(words in output for words in refused), output


@pytest.mark.parametrize(
    ("role", "place", "may"),
    [
        (SERVING, NAME, True),
        (SERVING, "postgres", False),
        (SERVING, "template1", False),
        (SERVING, f"test_{NAME}", False),
        ("metrics", NAME, True),
        ("metrics", "postgres", False),
        ("backup", "postgres", True),
        ("backup", NAME, False),
        (NAME, NAME, True),
        (NAME, f"test_{NAME}", True),
        (NAME, "postgres", True),
        (NAME, "template1", False),
    ],
)
def test_each_role_reaches_the_databases_that_it_needs(
    database, role: str, place: str, may: bool
):
    output = run_sql_in(database, place, "SELECT 'reached'", role)
    assert output == "reached" if may else "permission denied for database" in output


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


def test_forgotten_session_holds_a_request_for_the_lock_timeout_only(
    start_server, database
):
    server = start_server()
    href = requests.post(
        f"{server.url}/item/", json={"text": "held"}, timeout=10
    ).json()["href"]
    with database.locked("item_item", "SHARE"):
        asked = time.monotonic()
        answer = requests.put(href, json={"text": "put"}, timeout=30)
        # Before the statement's own limit, on a slow machine, too.
        assert time.monotonic() - asked < 9
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
        subprocess.run(
            [*single, name], input=f"{statement}\n", text=True, check=True, timeout=60
        )
    older.start()
    try:
        assert tried(older, "SHOW lock_timeout") == "2s"
        assert tried(older, "SELECT count(*) FROM item_item") == "2"
        assert "permission denied" in tried(older, "TRUNCATE item_item")
    finally:
        older.end()


@pytest.fixture
def restarted(tmp_path):
    """A database of the test's own, which it stops and starts."""
    database = Database(tmp_path / "restarted")
    database.directory.mkdir()
    with running(database):
        yield database


def test_what_the_serving_role_sets_for_itself_ends_with_the_next_start(restarted):
    for statement in (
        "ALTER ROLE CURRENT_USER SET search_path = nowhere",
        "ALTER ROLE CURRENT_USER SET work_mem = '1GB'",
        "ALTER ROLE CURRENT_USER SET statement_timeout = 0",
        f"ALTER ROLE CURRENT_USER IN DATABASE {NAME} SET statement_timeout = 0",
        f"ALTER ROLE CURRENT_USER IN DATABASE {NAME} SET search_path = nowhere",
    ):
        assert tried(restarted, statement) == ""
    assert tried(restarted, "SHOW statement_timeout") == "0"
    restarted.stop()
    restarted.start()
    assert tried(restarted, "SHOW search_path") == '"$user", public'
    settings = (
        "SELECT unnest(setconfig) FROM pg_db_role_setting "
        "WHERE setrole = current_user::regrole"
    )
    assert sorted(line.strip() for line in tried(restarted, settings).splitlines()) == [
        "idle_in_transaction_session_timeout=30s",
        "lock_timeout=2s",
        "statement_timeout=10s",
    ]
    assert "permission denied" in run_sql_in(restarted, "postgres", "SELECT 1", SERVING)


def test_serving_role_that_gives_up_its_rights_has_those_of_later_tables_again(
    restarted,
):
    assert "ERROR" not in tried(restarted, "DROP OWNED BY CURRENT_USER")
    restarted.stop()
    restarted.start()
    assert tried(restarted, "CREATE TABLE after_that (id bigserial)", role=NAME) == ""
    assert tried(restarted, "INSERT INTO after_that DEFAULT VALUES") == ""


def test_operator_gives_statements_of_the_serving_role_more_time(tmp_path):
    database = Database(tmp_path / "db")
    database.directory.mkdir()
    database.environment["POSTGRES_SERVE_STATEMENT_SECONDS"] = "20"
    with running(database):
        assert tried(database, "SHOW statement_timeout") == "20s"
        assert tried(database, "SHOW lock_timeout") == "2s"


@pytest.mark.parametrize("seconds", ["0", "1.5", "ten", "3601", "12345678901234567890"])
def test_malformed_time_of_statements_is_told_of(tmp_path, seconds: str):
    database = Database(tmp_path / "db")
    environment = {**database.environment, "POSTGRES_SERVE_STATEMENT_SECONDS": seconds}
    ended = subprocess.run(
        database.command, env=environment, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 1
    assert ended.stderr == (
        "db: POSTGRES_SERVE_STATEMENT_SECONDS must be a whole number from 1 to 3600.\n"
    )


def test_owner_keeps_large_objects_and_dumps_them(restarted):
    number = tried(restarted, "SELECT lo_from_bytea(0, 'kept')", role=NAME)
    place = {"POSTGRES_HOST": "127.0.0.1", "POSTGRES_PORT": str(restarted.port)}
    environment = {**restarted.environment, **place}
    dump = subprocess.run(
        ["service-db", "dump"],
        env=environment,
        capture_output=True,
        check=True,
        timeout=60,
    )
    tried(restarted, f"SELECT lo_unlink({number})", role=NAME)
    subprocess.run(
        ["service-db", "load"],
        env=environment,
        input=dump.stdout,
        check=True,
        timeout=60,
    )
    assert (
        tried(restarted, f"SELECT convert_from(lo_get({number}), 'UTF8')", role=NAME)
        == "kept"
    )


def test_migrate_names_the_role_that_keeps_it_waiting(start_server, database):
    server = start_server()
    owning = {
        **server.environment,
        "POSTGRES_SERVE_PASSWORD": "",
        "POSTGRES_PASSWORD": PASSWORD,
    }
    with database.psql(role=SERVING) as holder:
        holder.stdin.write(
            f"SELECT pg_advisory_lock({MIGRATE_LOCK}), pg_backend_pid();\n"
        )
        holder.stdin.flush()
        pid = holder.stdout.readline().split("|")[1].strip()
        ended = subprocess.run(
            ["service-server", "migrate"],
            env=owning,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert ended.returncode == 1
    assert f"The role {SERVING} (process {pid}) holds" in ended.stderr.splitlines()[-1]


def check_deployment(server, **variables: str) -> str:
    """What the deployment checks say of the database's role."""
    command = ["service-server", "manage", "check", "--deploy", "--database", "default"]
    ended = subprocess.run(
        command,
        env={**server.environment, **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stderr


def test_deployment_check_tells_whether_the_serving_role_is_used(start_server):
    server = start_server()
    assert "chassis.W00" not in check_deployment(server)
    owner = check_deployment(
        server, POSTGRES_SERVE_PASSWORD="", POSTGRES_PASSWORD=PASSWORD
    )
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

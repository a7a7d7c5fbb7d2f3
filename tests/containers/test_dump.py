"""Dumps of the database's image, for another version or another place."""

import subprocess
from pathlib import Path

import pytest

from support.images import DATABASE as NAME
from support.images import Container

PASSWORDS = {"POSTGRES_PASSWORD": "p", "POSTGRES_SERVE_PASSWORD": "s"}
OWNER = {"POSTGRES_PASSWORD": "p", "POSTGRES_HOST": "127.0.0.1"}
SERVING = {
    "POSTGRES_PASSWORD": "s",
    "POSTGRES_HOST": "127.0.0.1",
    "POSTGRES_USER": f"{NAME}_serve",
}


@pytest.fixture
def db(images, tmp_path: Path):
    db = Container(images["db"], tmp_path, **PASSWORDS, POSTGRES_INIT="sample")
    db.start()
    yield db
    db.end()


def run(
    db: Container, *arguments: str, standard_input: bytes = b"", **variables: str
) -> "subprocess.CompletedProcess[bytes]":
    command = [
        *db.image.command({}, variables or OWNER),
        *db.image.config["Entrypoint"],
    ]
    return subprocess.run(
        [*command, *arguments], input=standard_input, capture_output=True, timeout=120
    )


def query(db: Container, statement: str, **variables: str) -> str:
    ended = run(db, "psql", "--dbname", NAME, "-qAtc", statement, **variables)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.decode().strip()


def test_dump_brings_the_rows_back_and_the_server_may_use_them(db: Container):
    rows = query(db, "SELECT count(*) FROM item_item")
    dump = run(db, "dump")
    assert dump.returncode == 0, dump.stderr
    query(db, "DELETE FROM item_item")
    loaded = run(db, "load", standard_input=dump.stdout)
    assert loaded.returncode == 0, loaded.stderr
    assert query(db, "SELECT count(*) FROM item_item") == rows
    insert = "INSERT INTO item_item (text) VALUES ('x') RETURNING text"
    assert query(db, insert, **SERVING) == "x"


def test_load_of_half_a_dump_changes_nothing(db: Container):
    dump = run(db, "dump").stdout
    rows = query(db, "SELECT count(*) FROM item_item")
    loaded = run(db, "load", standard_input=dump[: len(dump) // 2])
    assert loaded.returncode == 1
    assert b"the database is as it was" in loaded.stderr.splitlines()[-1]
    assert query(db, "SELECT count(*) FROM item_item") == rows

"""Prometheus counts what happened, and nobody can make it count without bounds."""

import random
import string
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]


def visit(port: int, seed: int, number: int) -> None:
    """Requests for addresses and with methods that nobody has thought of."""
    draw = random.Random(seed)
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(number):
        word = "".join(draw.choices(string.ascii_letters, k=12))
        method = draw.choice([*METHODS, word.upper()])
        path = draw.choice(
            [
                f"/{word}",
                f"/{word}/{word}/",
                f"/item/{word}/",
                f"/item/?{word}={word}",
                f"/static/{word}",
            ]
        )
        connection.request(
            method,
            path,
            headers={"Content-Type": draw.choice([word, "application/json"])},
        )
        connection.getresponse().read()
    connection.close()


@pytest.mark.usefixtures("traffic")
def test_ten_thousand_random_requests_make_no_series(cluster):
    visit(cluster.server.port, 0, 1000)  # each kind of answer once
    before = set(cluster.server.samples())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda seed: visit(cluster.server.port, seed, 2500), range(1, 5)))
    after = set(cluster.server.samples())
    print(f"{len(before)} series before 10,000 random requests, {len(after)} after")
    assert after == before


def test_role_of_the_exporter_reads_statistics_alone(cluster):
    statements = {
        # Members of pg_monitor may read it.
        "SHOW data_directory": str(cluster.database.directory / "data"),
        "SELECT * FROM item_item": "ERROR:  permission denied for table item_item",
        "SELECT * FROM auth_user": "ERROR:  permission denied for table auth_user",
        "CREATE TABLE t ()": (
            "ERROR:  cannot execute CREATE TABLE in a read-only transaction"
        ),
        "BEGIN READ WRITE; CREATE TABLE t ()": (
            "ERROR:  permission denied for schema public"
        ),
    }
    for statement, expected in statements.items():
        output = cluster.database.run_sql(statement, role="metrics")
        assert output.splitlines()[0].strip() == expected, statement

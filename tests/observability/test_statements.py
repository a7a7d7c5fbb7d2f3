"""What statements cost is told, and nothing of what is in them."""

import re

import pytest
import requests

from conftest import console
from support.cluster import db_metrics
from support.processes import NAME, PASSWORD, Database
from support.program import running
from support.waiting import wait_until

SERVING = f"{NAME}_serve"
PLANTED = "SELECT pg_sleep(0.2) FROM item_item WHERE text <> '{}' LIMIT 1"
WORD, NUMBER = "hunter", "8675309"
WITH_VALUES = (
    f"SELECT '{WORD}', E'\\'{WORD}', U&'{WORD}', $a${WORD}$a$, {NUMBER}, {NUMBER}.5e3",
    f"SELECT 2 /* {WORD} */ -- {WORD}",
    f"/* {WORD} */ SELECT 3",
    f"INSERT INTO item_item (text, timestamp) VALUES ('{WORD}', now())",
    f"CREATE TEMPORARY TABLE made AS SELECT '{WORD}' AS word, {NUMBER} AS number",
    f"PREPARE said AS SELECT '{WORD}', {NUMBER}; EXECUTE said",
    f"DO $$ BEGIN PERFORM '{WORD}', {NUMBER}; END $$",
    f"CREATE TABLE born (number integer DEFAULT {NUMBER})",
    # In one session: the next one needs the former password again.
    f"ALTER ROLE CURRENT_USER PASSWORD '{WORD}'; "
    f"ALTER ROLE CURRENT_USER PASSWORD '{PASSWORD}'",
)
KEPT = f"SELECT count(*) FROM pg_stat_statements WHERE query ~ '{WORD}|{NUMBER}'"


def exported(url: str) -> list[str]:
    """The texts of the statements of which the exporter tells."""
    text = requests.get(f"{url}/metrics", timeout=10).text
    lines = re.findall(r"^pg_statements_calls_total\{.*", text, re.MULTILINE)
    return [re.sub(r'.*\bquery="(.*?)",.*', r"\1", line) for line in lines]


def test_slow_statement_is_on_the_console(cluster):
    known = 'pg_statements_calls_total{query=~"SELECT pg_sleep.*item_item.*"}'
    cluster.database.run_sql(PLANTED.format("first"), SERVING)
    wait_until(lambda: cluster.metrics.value(known) == 1)
    cluster.database.run_sql(PLANTED.format("second"), SERVING)
    text = "SELECT pg_sleep($1) FROM item_item WHERE text &lt;&gt; $2 LIMIT $3"
    wait_until(lambda: text in console(cluster))
    (row,) = [row for row in console(cluster).split("<tr>") if text in row]
    mean = re.findall(r">([^<]+)</a>", row)[2]
    assert float(mean.removesuffix("ms")) >= 200


def test_no_value_of_a_statement_is_told(tmp_path):
    # As on another's PostgreSQL, whose texts keep the values of such as ALTER ROLE.
    own = {"pg_stat_statements.track_utility": "on"}
    with (
        running(Database(tmp_path, **own)) as database,
        running(db_metrics(database)) as exporter,
    ):
        for statement in WITH_VALUES:
            database.run_sql(statement)
        assert int(database.run_sql(KEPT)) > 3, "it keeps none, and nothing is tested"
        wait_until(
            lambda: "ALTER ROLE CURRENT_USER PASSWORD …" in exported(exporter.url)
        )
        told = exported(exporter.url)
    assert "SELECT $1 …" in told
    assert not [text for text in told if WORD in text or NUMBER in text]


def test_texts_of_statements_that_set_passwords_are_not_kept(cluster):
    cluster.database.run_sql(WITH_VALUES[-1])
    query = "SELECT count(*) FROM pg_stat_statements WHERE query ~* 'password'"
    assert cluster.database.run_sql(query, "metrics") == "0"


def test_statements_without_number_make_no_series_without_number(cluster):
    many = "; ".join(f"SELECT 1{', 1' * number}" for number in range(200))
    cluster.database.run_sql(many, SERVING)
    wait_until(lambda: len(exported(cluster.db_metrics.url)) >= 40)
    assert len(exported(cluster.db_metrics.url)) <= 60


@pytest.mark.parametrize(
    "own", [{"shared_preload_libraries": ""}, {}], ids=["library", "extension"]
)
def test_database_without_them_is_told_of_all_the_same(tmp_path, own: dict[str, str]):
    database = Database(tmp_path, **own)
    database.output_file = tmp_path / "output"
    with running(database), running(db_metrics(database)) as exporter:
        if not own:
            database.run_sql("DROP SCHEMA public CASCADE")  # as its owner may
        metrics = requests.get(f"{exporter.url}/metrics", timeout=10).text
    assert "\npg_up 1" in re.sub(r"\{.*?\}", "", metrics)
    assert "pg_stat_activity_count{" in metrics
    assert "pg_statements_" not in metrics
    assert "ERROR" not in database.output_file.read_text()

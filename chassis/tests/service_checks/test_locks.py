"""What migrations do to those who use their tables, as squawk and PostgreSQL say."""

import pytest
from django.db import connection
from django.db.migrations import Migration, RunPython, RunSQL

from service_checks import locks

TABLE = 'ALTER TABLE "shelf" '
KEY = 'CONSTRAINT "wrong" REFERENCES "user" ("id") DEFERRABLE INITIALLY DEFERRED'
BROKEN = {
    "require-concurrent-index-creation": 'CREATE INDEX "wrong" ON "shelf" ("code")',
    "require-concurrent-reindex": 'REINDEX TABLE "shelf"',
    "disallowed-unique-constraint": TABLE + 'ADD CONSTRAINT "wrong" UNIQUE ("code")',
    "constraint-missing-not-valid": TABLE + 'ADD CONSTRAINT "wrong" CHECK ("id" > 0)',
    "adding-foreign-key-constraint": TABLE + f'ADD COLUMN "one" bigint DEFAULT 1 {KEY}',
    "adding-not-nullable-field": TABLE + 'ALTER COLUMN "code" SET NOT NULL',
    "adding-required-field": TABLE + 'ADD COLUMN "size" integer NOT NULL',
    "ban-truncate-cascade": 'TRUNCATE "shelf" CASCADE',
    "ban-concurrent-index-creation-in-transaction": (
        'BEGIN;\nCREATE INDEX CONCURRENTLY "wrong" ON "shelf" ("code");\nCOMMIT'
    ),
    "ban-uncommitted-transaction": 'BEGIN;\nUPDATE "shelf" SET "code" = 1',
    "transaction-nesting": "BEGIN;\nBEGIN;\nSELECT 1;\nCOMMIT",
    "syntax-error": "ALTER TABLE shelf ADD",
}


@pytest.mark.parametrize(("rule", "sql"), BROKEN.items())
def test_broken_rule_is_found(rule: str, sql: str):
    assert rule in locks.broken_rules(f"{sql};\n")


def test_each_rule_has_a_statement_that_breaks_it():
    assert BROKEN.keys() == locks.RULES.keys()


@pytest.mark.parametrize(
    "sql",
    [
        'CREATE INDEX CONCURRENTLY "right" ON "shelf" ("code");',
        TABLE + 'ADD COLUMN "size" integer NULL;',
        TABLE + f'ADD COLUMN "one" bigint NULL {KEY};',
        f'CREATE TABLE "room" ();\nALTER TABLE "room" ADD "one" bigint {KEY};',
        "",
    ],
)
def test_what_keeps_nobody_is_no_fault(sql: str):
    assert locks.broken_rules(sql) == []


def test_broken_squawk_is_no_verdict(monkeypatch):
    monkeypatch.setattr(locks, "SQUAWK", ["squawk", "--no-such-option"])
    with pytest.raises(RuntimeError, match="no-such-option"):
        locks.broken_rules("SELECT 1;")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "is_anew"), [("TYPE char(150)", True), ("DROP NOT NULL", False)]
)
def test_table_that_is_written_anew_is_reported(change: str, is_anew: bool):
    migration, before = Migration("0003", "tests"), locks.files()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE tests_note ALTER text {change}")
    reported = locks.faults(migration, "", before, locks.files())
    assert reported == ([locks.REWRITES.format("tests_note")] if is_anew else [])


def test_tables_that_come_and_go_are_not_written_anew():
    assert locks.faults(Migration("0003", "tests"), "", {"gone": 1}, {"new": 2}) == []


def nothing(*_arguments: object) -> None:
    """A data migration that finds no row."""


@pytest.mark.parametrize(
    ("atomic", "operations", "sql", "expected"),
    [
        (True, [RunPython(nothing)], "", []),
        (True, [RunPython(nothing), RunSQL("")], "", [locks.MIXED]),
        (False, [RunPython(nothing), RunSQL("")], "", []),
        (True, [RunSQL("")], TABLE + 'DROP "code";', []),
        (False, [RunSQL("")], TABLE + 'DROP "code";', [locks.UNBOUNDED]),
        (False, [RunSQL("")], TABLE + 'VALIDATE CONSTRAINT "right";', []),
        (True, [], "CREATE INDEX a ON b (c);\nCREATE INDEX d ON b (c);", [locks.INDEX]),
    ],
)
def test_operations_are_judged_with_their_transaction(
    atomic: bool,
    operations: list[object],
    sql: str,
    expected: list[str],
):
    migration = Migration("0003", "tests")
    migration.atomic, migration.operations = atomic, operations
    assert locks.faults(migration, sql, {}, {}) == expected


@pytest.mark.django_db
def test_sql_is_what_django_would_send(settings, tmp_path, monkeypatch):
    package = tmp_path / "steps_of_locks"
    package.mkdir()
    (package / "__init__.py").touch()
    text = "from django.db.migrations import Migration as M, RunSQL\n"
    text += "class Migration(M):\n    operations = [RunSQL('SELECT 7')]\n"
    (package / "0001.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"tests": "steps_of_locks"}
    assert "SELECT 7;" in locks.sql_of(Migration("0001", "tests")).splitlines()

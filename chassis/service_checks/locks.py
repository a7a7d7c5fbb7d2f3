"""What a migration does to those who use its tables meanwhile.

squawk (https://squawkhq.com/docs/rules) reads the SQL. Whether the migration wrote a
table anew, PostgreSQL says. Used by stepwise.py.
"""

import io
import json
import re
import subprocess

from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration, RunPython

SQUAWK = ["squawk", "--reporter", "json", "--pg-version", "17.0"]
INDEX = (
    "builds an index, and nobody can write to the table meanwhile: "
    "AddIndexConcurrently or RemoveIndexConcurrently, in a migration of its own with "
    "atomic = False"
)
REQUIRED = "adds a column that older rows lack: null=True or db_default"
# squawk's rules that hold for Django's SQL, with what to do instead. Others are about
# style, or about old code, which stepwise.py lets read and write.
RULES = {
    "require-concurrent-index-creation": INDEX,
    "require-concurrent-reindex": INDEX,
    "disallowed-unique-constraint": (
        "builds the index of a unique constraint, and nobody can use the table "
        "meanwhile: RunSQL with CREATE UNIQUE INDEX CONCURRENTLY in a migration with "
        "atomic = False, and in the next one ADD CONSTRAINT … UNIQUE USING INDEX, "
        "beside state_operations"
    ),
    "constraint-missing-not-valid": (
        "looks at all rows for a constraint, and nobody can write meanwhile: "
        "AddConstraintNotValid, and ValidateConstraint in the next migration"
    ),
    "adding-foreign-key-constraint": (
        "looks at all rows for a foreign key, and nobody can write to both tables "
        "meanwhile: a new column with null=True and db_index=False, and "
        "AddIndexConcurrently after it"
    ),
    "adding-not-nullable-field": (
        "looks at all rows for NOT NULL, and nobody can use the table meanwhile: "
        "AddConstraintNotValid with a check for it, and in the next migration "
        "ValidateConstraint and RunSQL with SET NOT NULL, beside state_operations"
    ),
    "adding-required-field": REQUIRED,
    "ban-truncate-cascade": "empties all tables that refer to this one: name each",
    "ban-concurrent-index-creation-in-transaction": "needs atomic = False",
    "ban-uncommitted-transaction": "begins a transaction that it does not end",
    "transaction-nesting": "begins or ends a transaction inside the migration's own",
    "syntax-error": "is no SQL",
}
REWRITES = (
    "writes the table {} anew, and nobody can use it meanwhile: a new column, which a "
    "data migration fills in batches and the next release reads"
)
MIXED = (
    "changes tables and runs Python in one transaction, so that nobody can use the "
    "tables until the last row is done: two migrations"
)
UNBOUNDED = (
    "changes a table with atomic = False: it waits for its lock without a limit, and "
    "all requests wait behind it. Leave atomic = False to operations that say "
    "CONCURRENTLY"
)
# A column that is NULL in all rows has nothing to look at.
NULL_KEY = re.compile(r'ADD COLUMN "\w+" \w+ NULL CONSTRAINT')
CREATED = re.compile(r'^CREATE TABLE ("\w+")', re.MULTILINE)
ALTERED = re.compile(r"^ALTER TABLE (?!.* VALIDATE CONSTRAINT )", re.MULTILINE)


def sql_of(migration: Migration) -> str:
    """Its SQL, which depends on the tables as they are: before it is applied."""
    text = io.StringIO()
    call_command(
        "sqlmigrate",
        migration.app_label,
        migration.name,
        no_color=True,
        verbosity=0,
        stdout=text,
    )
    return text.getvalue()


def files() -> dict[str, int]:
    """The file in which PostgreSQL has each table: another if it was written anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_relation_filenode(oid) FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        return dict(cursor.fetchall())


def broken_rules(sql: str) -> list[str]:
    """What squawk says against it, by the names of RULES.

    Raises:
        RuntimeError: squawk failed.
    """
    ended = subprocess.run(  # noqa: S603 # SQL goes to its input
        SQUAWK,
        input=sql,
        capture_output=True,
        text=True,
    )
    if ended.returncode not in (0, 1):
        raise RuntimeError(ended.stderr)
    lines, created = sql.split("\n"), CREATED.findall(sql)

    def is_harmless(line: str) -> bool:
        is_new = any(f"TABLE {table} " in line for table in created)
        return is_new or bool(NULL_KEY.search(line))

    return [
        found["rule_name"]
        for found in json.loads(ended.stdout or "[]")
        if found["rule_name"] in RULES
        and not (
            found["rule_name"] == "adding-foreign-key-constraint"
            and is_harmless(lines[found["line"]])
        )
    ]


def faults(
    migration: Migration, sql: str, before: dict[str, int], after: dict[str, int]
) -> list[str]:
    """Sentences: what the migration does, and how it can be done while others work.

    Args:
        sql: what sql_of() said.
        before, after: what files() said.
    """
    found = [RULES[rule] for rule in broken_rules(sql)]
    found += [
        REWRITES.format(table)
        for table in sorted(before.keys() & after.keys())
        if before[table] != after[table]
    ]
    runs = [isinstance(operation, RunPython) for operation in migration.operations]
    if migration.atomic and any(runs) and not all(runs):
        found.append(MIXED)
    if not migration.atomic and ALTERED.search(sql):
        found.append(UNBOUNDED)
    return list(dict.fromkeys(found))

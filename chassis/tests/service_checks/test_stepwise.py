"""What is said of migrations that a service would have, on a database of their own."""

import runpy
import sys
from collections.abc import Callable

import pytest
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.graph import MigrationGraph

from service_checks import order, own, stepwise

type Walk = Callable[..., stepwise.Walk]

HERE = "src/config/tests/rows.py"
SHELF = "migrations.AddField('shelf', {!r}, models.{})"
NULLABLE = SHELF.format("room", "TextField(null=True)")
REQUIRED = """migrations.RunSQL(
    "ALTER TABLE tests_shelf ADD size integer NOT NULL",
    state_operations=[migrations.AddField("shelf", "size", models.IntegerField())],
)"""
BOOK = """
    migrations.CreateModel("Book", [
        KEY,
        ("shelf", models.ForeignKey("shelf", models.CASCADE)),
        ("others", models.ManyToManyField("shelf", related_name="+")),
        ("next", models.GeneratedField(
            expression=models.F("id") + 1,
            output_field=models.BigIntegerField(),
            db_persist=True,
        )),
    ]),
    migrations.CreateModel("Same", [], options={"proxy": True}, bases=["tests.book"]),
    migrations.CreateModel("Far", [KEY], options={"managed": False}),
"""


def sql(statement: str) -> str:
    return f"migrations.RunSQL({statement!r})"


def rows(table: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        return [row[1:] for row in cursor.fetchall()]


def said(walked: stepwise.Walk) -> str:
    with pytest.raises(SystemExit) as ended:
        walked.finish()
    return str(ended.value)


def test_each_table_gets_rows_after_each_migration(walk: Walk):
    walked = walk(NULLABLE)
    walked.finish()
    assert rows("tests_shelf") == [
        *[("x0", None)] * 2,
        *[("x0_______", None)] * 2,
        *[("x0", None)] * 2,
        *[("x0_______", "x0")] * 2,
    ]
    assert walked.rows == {"tests.User": 8, "tests.Shelf": 8}


def test_rows_refer_to_others(walk: Walk):
    walked = walk(BOOK, NULLABLE)
    walked.finish()
    assert set(walked.rows) == {
        "tests.User",
        "tests.Shelf",
        "tests.Book",
        "tests.Book_others",
    }
    assert walked.rows["tests.Book_others"] == 8
    assert walked.rows["tests.Book"] >= 8


def test_one_row_follows_a_migration_that_fills_columns(walk: Walk):
    walked = walk(NULLABLE, sql("UPDATE tests_shelf SET room = id"))
    walked.finish()
    assert walked.rows["tests.Shelf"] == 4 + 4 + 1


def test_migration_that_older_rows_do_not_allow_is_refused(walk: Walk):
    assert said(walk(REQUIRED)) == (
        "tests.step_2 does not apply to rows of the migrations before it (where no "
        f"server writes any after one of these, name it in PASSED in {HERE}): "
        'column "size" of relation "tests_shelf" contains null values'
    )


def test_no_rows_are_written_after_a_migration_that_is_passed(walk: Walk):
    own.PASSED.add("tests.step_1_initial")
    own.LOCKS["tests.step_2"] = "the table is empty"
    walked = walk(REQUIRED)
    walked.finish()
    assert walked.rows["tests.Shelf"] == 1


def test_rows_are_deleted_only_on_purpose(walk: Walk):
    walked = walk(sql("DELETE FROM tests_shelf"))
    reason = f"if it must, name it in DELETES in {HERE}."
    assert said(walked) == f"tests.step_2 deletes rows of tests.Shelf: {reason}"


def test_migration_may_delete_rows_on_purpose(walk: Walk):
    own.DELETES.add("tests.step_2")
    walked = walk(sql("DELETE FROM tests_shelf"))
    walked.finish()
    assert walked.rows["tests.Shelf"] == 1


def test_table_may_go(walk: Walk):
    own.DOWNTIME.add("tests.step_2")
    walked = walk("migrations.DeleteModel('shelf')")
    walked.finish()
    assert set(walked.rows) == {"tests.User"}


WITHOUT_DEFAULT = SHELF.format("size", "IntegerField(default=0)")
# Old code writes JSON without knowing, and PostgreSQL compares none.
JSON = sql("ALTER TABLE tests_shelf ALTER code TYPE json USING code::json")
REFERENCE = sql(
    "ALTER TABLE tests_shelf ADD FOREIGN KEY (size) REFERENCES tests_user "
    "DEFERRABLE INITIALLY DEFERRED NOT VALID"
)


@pytest.mark.parametrize(
    ("operations", "reason"),
    [
        ([WITHOUT_DEFAULT], 'null value in column "size"'),
        (["migrations.RemoveField('shelf', 'code')"], 'column "code" of relation'),
        ([JSON], "operator does not exist: json = unknown"),
        (
            [SHELF.format("size", "IntegerField(null=True)"), REFERENCE],
            "violates foreign key",
        ),
    ],
)
def test_old_code_reads_and_inserts_rows(walk: Walk, operations, reason):
    own.FIELDS["tests.Shelf.code"] = str
    last = f"tests.step_{len(operations) + 1}"
    sentence, *faults = said(walk(*operations)).splitlines()
    assert sentence == stepwise.OLD_CODE
    assert sentence.endswith(f"list them in DOWNTIME in {HERE}:")
    assert len(faults) == 1
    assert faults[0].startswith(f"  {last}: tests.Shelf: ")
    assert reason in faults[0]


def test_old_code_does_not_run_during_downtime(walk: Walk):
    own.DOWNTIME.add("tests.step_2")
    walk(WITHOUT_DEFAULT).finish()


INDEX = "migrations.AddIndex('shelf', models.Index(fields=['code'], name='wrong'))"


def test_table_is_not_kept_from_others(walk: Walk):
    sentence, fault = said(walk(INDEX)).splitlines()
    assert sentence == stepwise.LOCKED
    assert f'in LOCKS in {HERE}: LOCKS = {{"shop.0005_index":' in sentence
    assert fault.startswith("  tests.step_2 builds an index, and nobody can write to ")


def test_table_may_be_kept_for_a_reason(walk: Walk):
    own.LOCKS["tests.step_2"] = "the table has 100 rows"
    walk(INDEX).finish()


def test_every_fault_is_reported(walk: Walk):
    """Those of old code first, as a migration may have to be another one."""
    reported = said(
        walk(WITHOUT_DEFAULT, "migrations.DeleteModel('shelf')")
    ).splitlines()
    assert [line[:16] for line in reported[1:]] == [
        "  tests.step_2: ",
        "  tests.step_3: ",
    ]


CODES = """
    migrations.CreateModel("Room", [KEY, ("code", models.TextField())]),
    migrations.RunSQL("ALTER TABLE tests_room ADD CHECK (code LIKE '#%')"),
"""


def test_constraint_that_no_row_meets_is_reported(walk: Walk):
    sentence = said(walk(CODES))
    assert sentence.startswith(
        "tests.step_2: no row of tests.Room can be made after it: "
        'new row for relation "tests_room" violates check constraint "tests_room_'
    )
    assert sentence.endswith(
        f". Name what its fields take in FIELDS in {HERE}, or in SINGLE a model "
        "that has one row; a column that has left the models needs null=True or "
        "a db_default."
    )


def test_service_names_what_a_field_takes(walk: Walk):
    own.FIELDS["tests.Room.code"] = lambda number: f"#{number}"
    walk(CODES).finish()
    assert rows("tests_room") == [("#0",)] * 4


ONE_ROW = """
    migrations.CreateModel("Room", [KEY]),
    migrations.RunSQL("CREATE UNIQUE INDEX ON tests_room ((true))"),
"""


def test_table_may_have_one_row(walk: Walk):
    own.SINGLE.add("tests.Room")
    walked = walk(ONE_ROW)
    walked.finish()
    assert walked.rows["tests.Room"] == 1


def test_second_row_of_a_table_that_has_one_is_reported(walk: Walk):
    sentence = said(walk(ONE_ROW))
    assert "no row of tests.Room can be made after it: duplicate key" in sentence


def test_others_applications_get_no_rows(walk: Walk, monkeypatch, tmp_path):
    monkeypatch.setattr(own, "SOURCE", tmp_path)
    walked = walk(REQUIRED)
    walked.finish()
    assert walked.rows == {}
    assert rows("tests_shelf") == []


def test_no_server_begins_between_parts_of_an_initial_migration(walk: Walk):
    walked = walk(NULLABLE, step_3_initial="migrations.CreateModel('Late', [KEY])")
    assert {"tests.step_1_initial", "tests.step_2"} == own.PASSED
    walked.finish()
    assert walked.rows["tests.Shelf"] == 4


@pytest.mark.django_db
def test_parts_of_an_initial_migration_are_applied_together():
    """Where the other application's next one would be between."""
    graph = MigrationGraph()
    names = ["split.0001_initial", "a.0001_initial", "split.0002_initial", "a.0002"]
    for one in names:
        app, name = one.split(".")
        migration = Migration(name, app)
        migration.initial = name.endswith("_initial")
        graph.add_node((app, name), migration)
    for child, parent in ((1, 0), (2, 1), (2, 0), (3, 1)):
        nodes = [tuple(names[number].split(".")) for number in (child, parent)]
        graph.add_dependency(names[child], *nodes)
    executor = MigrationExecutor(connection)
    executor.loader.graph = graph
    plan = order.in_order(executor)
    assert [str(migration) for migration in plan] == names
    assert order.together(plan) == set(names[:2])


def test_command_says_what_it_did(walk: Walk, monkeypatch, capsys):
    monkeypatch.setattr(sys, "path", list(sys.path))
    walk(NULLABLE)
    runpy.run_path(stepwise.__file__, run_name="__main__")
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "2 migrations; rows: {'tests.User': 8, 'tests.Shelf': 8}"
    assert sys.path[0] == str(own.SOURCE)

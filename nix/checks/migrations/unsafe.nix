# Last migrations of the sample application that keep others from a table for long, with a part of
# the sentence that each is told.
[
  # An index.
  {
    text = "AddIndexConcurrently";
    operation = ''migrations.AddIndex("user", models.Index(fields=["last_name"], name="wrong_index"))'';
  }
  # A unique column.
  {
    text = "CREATE UNIQUE INDEX CONCURRENTLY";
    operation = ''migrations.AddField("user", "wrong_text", models.TextField(null=True, unique=True))'';
  }
  # A constraint.
  {
    text = "AddConstraintNotValid";
    operation = ''migrations.AddConstraint("user", models.CheckConstraint(condition=~models.Q(last_name="no"), name="wrong"))'';
  }
  # A column of another type.
  {
    text = "writes the table accounts_user anew";
    operation = ''migrations.RunSQL("ALTER TABLE accounts_user ALTER last_name TYPE char(150)")'';
  }
  # A default that differs by row.
  {
    text = "writes the table accounts_user anew";
    operation = ''migrations.AddField("user", "wrong_float", models.FloatField(db_default=models.functions.Random()))'';
  }
  # Rows and tables in one transaction.
  {
    text = "two migrations";
    operation = ''migrations.RunPython(lambda *_: None), migrations.RunSQL("ALTER TABLE accounts_user ADD wrong_integer integer")'';
  }
  # An index that is built at once.
  {
    text = "AddIndexConcurrently";
    operation = ''migrations.RunSQL("create index wrong_at_once on accounts_user (last_name)")'';
  }
]

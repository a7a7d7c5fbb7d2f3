# Last migrations of the sample application that keep others from a table for long, with a part of
# the sentence that each is told.
{
  "an index" = {
    text = "AddIndexConcurrently";
    operation = ''migrations.AddIndex("user", models.Index(fields=["last_name"], name="wrong"))'';
  };
  "a unique column" = {
    text = "CREATE UNIQUE INDEX CONCURRENTLY";
    operation = ''migrations.AddField("user", "wrong", models.TextField(null=True, unique=True))'';
  };
  "a constraint" = {
    text = "AddConstraintNotValid";
    operation = ''migrations.AddConstraint("user", models.CheckConstraint(condition=~models.Q(last_name="no"), name="wrong"))'';
  };
  "a column of another type" = {
    text = "writes the table accounts_user anew";
    operation = ''migrations.RunSQL("ALTER TABLE accounts_user ALTER last_name TYPE char(150)")'';
  };
  "a default that differs by row" = {
    text = "writes the table accounts_user anew";
    operation = ''migrations.AddField("user", "wrong", models.FloatField(db_default=models.functions.Random()))'';
  };
  "rows and tables in one transaction" = {
    text = "two migrations";
    operation = ''migrations.RunPython(lambda *_: None), migrations.RunSQL("ALTER TABLE accounts_user ADD wrong integer")'';
  };
  "an index that is built at once" = {
    text = "AddIndexConcurrently";
    operation = ''migrations.RunSQL("create index wrong on accounts_user (last_name)")'';
  };
}

# The migrations are complete, give the schema of the prepared database, and apply to rows that an
# older version wrote.
{
  lib,
  buildCommandCheck,
  platform,
  postgresql_17,
  pythons,
  root,
  service,
  with-db,
}:
let
  # That the test says a text of a last migration with an operation.
  found =
    { text, operation }:
    "with-db bash -euo pipefail migrations.sh found "
    + "${lib.escapeShellArg text} ${lib.escapeShellArg operation}";
in
buildCommandCheck "migrations"
  (
    service.environment
    // {
      nativeBuildInputs = [
        postgresql_17
        pythons.test
        with-db
      ];
      source = root + "/src";
      configuration = root + "/pyproject.toml";
      SERVICE_DATABASE = service.database;
      DEBUG_MODE = "true";
      PYTHONDONTWRITEBYTECODE = "1";
      setup = ''
        cp -r "$source" src
        cp "$configuration" pyproject.toml
        cp ${./migrations.sh} migrations.sh
        cp ${./stepwise.py} stepwise.py
      '';
    }
  )
  (
    {
      "models have their migrations" = "with-db python src/manage.py makemigrations --check --dry-run";
      "prepared data have the schema of a fresh migrate" =
        "with-db bash -euo pipefail migrations.sh fresh";
      "each migration applies to rows of the one before" =
        "with-db bash -euo pipefail migrations.sh stepwise";
    }
    # Show on the sample application that the test above finds faults.
    // lib.optionalAttrs (platform && builtins.pathExists (root + "/src/accounts")) {
      "a column that older rows lack is found" = found {
        text = "does not apply to rows";
        operation = ''migrations.RunSQL("ALTER TABLE accounts_user ADD wrong integer NOT NULL")'';
      };
      "a column that older rows have alike is found" = found {
        text = "does not apply to rows";
        operation = ''migrations.RunSQL("CREATE UNIQUE INDEX ON accounts_user (password)")'';
      };
      "a column that old code does not fill is found" = found {
        text = ''accounts.User: null value in column "wrong"'';
        operation = ''migrations.AddField("user", "wrong", models.IntegerField(default=0))'';
      };
      "a column that old code reads and that is gone is found" = found {
        text = "first_name does not exist";
        operation = ''migrations.RemoveField("user", "first_name")'';
      };
    }
  )

# The migrations are complete, give the schema of the prepared database, and apply to rows that an
# older version wrote.
{
  lib,
  buildCommandCheck,
  platform,
  postgresql_17,
  previous,
  pythons,
  root,
  service,
  squawk,
  with-db,
}:
let
  migrations =
    arguments:
    "with-db bash -euo pipefail migrations.sh ${toString (map lib.escapeShellArg arguments)}";
  # That the test says a text of each of the last migrations, by their operations.
  found =
    wrong:
    migrations (
      [ "found" ]
      ++ lib.concatMap (one: [
        one.text
        one.operation
      ]) wrong
    );
  # That such a migration does not apply to rows of the one before.
  refused =
    operation:
    found [
      {
        text = "does not apply to rows";
        inherit operation;
      }
    ];
  # What is said of this tree as the release before one that a script made of it.
  incompatible =
    { text, script }:
    migrations [
      "incompatible"
      text
      script
    ];
in
buildCommandCheck "migrations"
  (
    service.environment
    // {
      nativeBuildInputs = [
        postgresql_17
        pythons.test
        squawk
        with-db
      ];
      # With the tests, as config/tests/rows.py has rows.
      source = root + "/src";
      configuration = root + "/pyproject.toml";
      SERVICE_DATABASE = service.database;
      DEBUG_MODE = "true";
      PYTHONDONTWRITEBYTECODE = "1";
      setup = ''
        cp -r "$source" src
        cp "$configuration" pyproject.toml
        cp ${./migrations.sh} migrations.sh
        cp ${./openapi.py} openapi.py
      '';
    }
  )
  (
    {
      "models have their migrations" =
        "with-db python src/manage.py makemigrations --check --dry-run";
      "prepared data have the schema of a fresh migrate" = migrations [ "fresh" ];
      "each migration applies to rows of the one before" = migrations [ "stepwise" ];
      "the previous release's code works on this schema" = migrations [
        "previous"
        (lib.optionalString (previous != null) "${previous}")
      ];
    }
    # Show on the sample application that the test above finds faults.
    // lib.optionalAttrs (platform && builtins.pathExists (root + "/src/accounts")) {
      "a column that older rows lack is found" = refused ''migrations.RunSQL("ALTER TABLE accounts_user ADD wrong integer NOT NULL")'';
      "a column that older rows have alike is found" = refused ''migrations.RunSQL("CREATE UNIQUE INDEX ON accounts_user (password)")'';
      "what old code cannot do is found" = found [
        {
          text = ''accounts.User: null value in column "wrong"'';
          operation = ''migrations.AddField("user", "wrong", models.IntegerField(default=0))'';
        }
        {
          text = "first_name does not exist";
          operation = ''migrations.RemoveField("user", "first_name")'';
        }
      ];
      "what keeps others from a table for long is found" = found (import ./unsafe.nix);
      "a release that changes nothing follows itself" = migrations [
        "previous"
        "."
      ];
      "a column that the previous release reads is found" = incompatible {
        text = "tests fail on this release";
        script = ''
          sed -i '/timestamp = /d' src/tweet/models.py
          sed -i 's/, "timestamp"//' src/tweet/api/serializers.py
        '';
      };
      "a property that the previous release did not require is found" = incompatible {
        text = "body: kind is required now";
        script = ''
          sed -i '/timestamp = /i \    kind = models.CharField(max_length=9, db_default="x")' src/tweet/models.py
          sed -i 's/"timestamp"/"kind", &/' src/tweet/api/serializers.py
        '';
      };
      "a property that the previous release answered is found" = incompatible {
        text = "answer 200: timestamp is gone";
        script = ''sed -i 's/, "timestamp"//' src/tweet/api/serializers.py'';
      };
    }
  )

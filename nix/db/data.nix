# A PostgreSQL data directory with the migrations and fixtures applied and an
# empty test database: a cluster serves it without migrating.
{
  runCommand,
  postgresql_17,
  libfaketime,
  pythons,
}:
let
  wanted = [
    "__init__.py"
    "apps.py"
    "environment.py"
    "manage.py"
    "models.py"
    "settings.py"
  ];
  # Only what migrations and fixtures depend on, so that a change of a view does
  # not make a new database.
  source = builtins.path {
    name = "migrations-source";
    path = ../../src;
    filter =
      path: type:
      if type == "directory" then
        !builtins.elem (baseNameOf path) [
          "__pycache__"
          "tests"
        ]
      else
        builtins.elem (baseNameOf path) wanted
        || builtins.elem (baseNameOf (dirOf path)) [
          "migrations"
          "fixtures"
        ];
  };
in
runCommand "templatesite-db-data"
  {
    nativeBuildInputs = [
      pythons.server
      postgresql_17
    ];
    inherit source libfaketime;
    configuration = ./postgresql.conf;
    authentication = ./pg_hba.conf;
  }
  ''
    bash ${./build.sh}
  ''

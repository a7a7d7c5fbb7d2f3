# PostgreSQL on the prepared data. In: PGDATA, POSTGRES_PASSWORD, POSTGRES_SERVE_PASSWORD
# and POSTGRES_METRICS_PASSWORD, or …_FILE for each; arguments go to postgres.
{
  callPackage,
  postgresql_17,
  db-data,
}:
callPackage ../script.nix { } {
  name = "templatesite-db";
  runtimeInputs = [
    postgresql_17
  ];
  runtimeEnv = {
    DB_DATA = db-data;
    SERVING_ROLE = "${../../src/templatesite/serving_role.sql}";
  };
  text = builtins.readFile ./start.sh;
  meta.description = "PostgreSQL with the project's migrations and fixtures applied";
}

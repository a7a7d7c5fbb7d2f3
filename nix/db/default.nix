# PostgreSQL on the prepared data. In: PGDATA, POSTGRES_PASSWORD or
# POSTGRES_PASSWORD_FILE, POSTGRES_METRICS_PASSWORD or …_FILE; arguments go to postgres.
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
  runtimeEnv.DB_DATA = db-data;
  text = builtins.readFile ./start.sh;
  meta.description = "PostgreSQL with the project's migrations and fixtures applied";
}

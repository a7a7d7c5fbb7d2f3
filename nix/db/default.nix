# PostgreSQL on the prepared data. In: PGDATA, POSTGRES_PASSWORD or
# POSTGRES_PASSWORD_FILE; arguments go to postgres.
{
  writeShellApplication,
  coreutils,
  postgresql_17,
  db-data,
}:
writeShellApplication {
  name = "templatesite-db";
  runtimeInputs = [
    coreutils
    postgresql_17
  ];
  runtimeEnv.DB_DATA = db-data;
  text = builtins.readFile ./start.sh;
  meta.description = "PostgreSQL with the project's migrations and fixtures applied";
}

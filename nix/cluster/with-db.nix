# Runs a command beside a fresh copy of the prepared database.
{
  writeShellApplication,
  postgresql_17,
  python313,
  db,
  service,
}:
writeShellApplication {
  name = "with-db";
  runtimeInputs = [
    db
    postgresql_17
  ];
  runtimeEnv.SERVICE_DATABASE = service.database;
  text = ''exec ${python313}/bin/python3.13 -EB ${./scripts}/with_db.py "$@"'';
  meta.description = "Run a command with a temporary copy of the prepared database";
}

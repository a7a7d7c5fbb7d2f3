# Runs a command beside a fresh PostgreSQL that only it can reach.
{
  writeShellApplication,
  coreutils,
  postgresql_17,
  db,
}:
writeShellApplication {
  name = "with-db";
  runtimeInputs = [
    coreutils
    postgresql_17
    db
  ];
  text = builtins.readFile ./with-db.sh;
  meta.description = "Run a command with a temporary copy of the prepared database";
}

# PostgreSQL on the prepared data; start.sh has its commands and variables.
{
  lib,
  buildShellScript,
  runCommand,
  postgresql_17,
  util-linuxMinimal,
  db-data,
  service,
  template,
}:
let
  # Only this program of its package, so that no image holds the others.
  flock = runCommand "flock" { } ''
    mkdir -p $out/bin
    cp ${util-linuxMinimal}/bin/flock $out/bin/flock
  '';
in
buildShellScript {
  name = "service-db";
  runtimeInputs = [
    flock
    postgresql_17
  ];
  runtimeEnv = {
    DB_DATA = db-data;
    ROLES = "${template + "/chassis/chassis/roles"}";
    SERVICE_DATABASE = service.database;
  };
  text = lib.concatMapStringsSep "\n" builtins.readFile [
    ./common.sh
    ./fill.sh
    ./roles.sh
    ./dump.sh
    ./start.sh
  ];
  passthru = { inherit flock; };
  meta.description = "PostgreSQL with the project's migrations applied";
}

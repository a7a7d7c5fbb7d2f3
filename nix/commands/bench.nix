# Runs a script of bench/ with what it measures: `nix run .#bench -- serve`.
{
  writeShellApplication,
  db,
  db-upgrade,
  log,
  nginx,
  postgresql_17,
  pythons,
  server,
  service,
  template,
  with-db,
  wrk,
}:
writeShellApplication {
  name = "bench";
  runtimeInputs = [
    db
    db-upgrade
    log
    nginx
    postgresql_17
    pythons.bench
    server
    with-db
    wrk
  ];
  runtimeEnv = {
    inherit (server.environment) DJANGO_SOURCE;
    old = db-upgrade.postgresql-old; # tests/support/upgrade.py
    roles = "${template + "/chassis/chassis/roles"}";
    DEBUG_MODE = "true"; # for what has no server of its own
    SERVICE_DATABASE = service.database; # tests/support names the roles by it
  };
  text = ''
    [ -e "bench/''${1:-}.py" ] || {
      echo "bench: give it a script of bench/, beside that folder, such as: bench serve" >&2
      exit 2
    }
    [ "$(id -u)" != 0 ] || {
      echo "bench: run it as a user, not as root, whom PostgreSQL refuses." >&2
      exit 1
    }
    # The classes of the tests' services, and the Django project.
    export PYTHONPATH="$PWD/tests:$DJANGO_SOURCE"
    exec with-db python "bench/$1.py" "''${@:2}"
  '';
  meta.description = "Run a measurement of bench/, beside a database of its own";
}

# Runs a script of bench/ with what it measures: `nix run .#bench -- serve`.
{
  writeShellApplication,
  db,
  log,
  nginx,
  postgresql_17,
  pythons,
  server,
  with-db,
  wrk,
}:
writeShellApplication {
  name = "bench";
  runtimeInputs = [
    db
    log
    nginx
    postgresql_17
    pythons.bench
    server
    with-db
    wrk
  ];
  runtimeEnv = { inherit (server.environment) DJANGO_SOURCE; };
  text = ''
    [ -e "bench/''${1:-}.py" ] || {
      echo "bench: give it a script of bench/, beside that folder, such as: bench serve" >&2
      exit 2
    }
    exec python "bench/$1.py" "''${@:2}"
  '';
  meta.description = "Run a measurement of bench/";
}

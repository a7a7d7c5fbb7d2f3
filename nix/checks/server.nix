# The server and the database as real processes: what load, stops, crashes, proxies and
# poolers do to them.
{
  callPackage,
  db,
  log,
  pgbouncer,
  postgresql_17,
  pythons,
  root,
  server,
}:
callPackage ./pytest.nix { } "server" {
  nativeBuildInputs = [
    db
    log
    log.requests
    pgbouncer
    postgresql_17
    pythons.system-test
    server
  ];
  tests = ./server;
  startScript = ../server/start.py;
  readme = ../../docs/variables.md;
  systemTests = root + "/system-tests";
}

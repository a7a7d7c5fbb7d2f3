# The server and the database as real processes: what load, stops, crashes and
# proxies do to them.
{
  callPackage,
  db,
  log,
  postgresql_17,
  pythons,
  server,
}:
callPackage ./pytest.nix { } "server" {
  nativeBuildInputs = [
    db
    log
    log.requests
    postgresql_17
    pythons.system-test
    server
  ];
  tests = ./server;
  startScript = ../server/start.py;
  readme = ../../src/README.md;
}

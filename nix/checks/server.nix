# The server and the database as real processes: what load, stops, crashes, proxies and
# poolers do to them.
{
  db,
  edge,
  log,
  pgbouncer,
  postgresql_17,
  server,
  trees,
  buildSuiteCheck,
}:
buildSuiteCheck "server" {
  long = true;
  packages = [
    db
    edge
    log
    log.find-requests
    pgbouncer
    postgresql_17
    server
  ];
  variables = {
    startScript = ../images/server/start.py;
    systemTests = trees.system-tests;
  };
}

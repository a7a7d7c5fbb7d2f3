# The server and the database as real processes: what load, stops, crashes, proxies and
# poolers do to them.
{
  db,
  log,
  pgbouncer,
  postgresql_17,
  server,
  sources,
  suite,
  template,
}:
suite "server" {
  packages = [
    db
    log
    log.requests
    pgbouncer
    postgresql_17
    server
  ];
  variables = {
    startScript = ../server/start.py;
    readme = template + "/docs/variables.md";
    systemTests = sources.system-tests;
  };
}

# The cluster as plain processes on loopback: what `nix run` starts.
{
  writeShellApplication,
  db,
  db-metrics,
  log,
  metrics,
  server,
  service,
  supervise,
  postgresql_17,
  python313,
}:
writeShellApplication {
  name = "cluster";
  runtimeInputs = [
    db
    db-metrics
    log
    metrics
    postgresql_17
    server
    supervise
  ];
  # -B: root could write byte code into the store, whose paths would no longer be what they were.
  runtimeEnv = {
    CLUSTER_CONFIGURATION = "${./supervisord.conf}";
    SERVICE_DATABASE = service.database;
    SERVICE_VERSION = service.version;
    SERVICE_ENVIRONMENT = builtins.toFile "environment.json" (builtins.toJSON service.environment);
  };
  text = ''exec ${python313}/bin/python3.13 -EB ${./scripts}/run.py "$@"'';
  meta.description = "The whole cluster as plain processes on this machine";
}

# The cluster as plain processes on loopback: what `nix run` starts.
{
  writeShellApplication,
  db,
  db-metrics,
  log,
  metrics,
  server,
  supervise,
  python313,
}:
writeShellApplication {
  name = "templatesite";
  runtimeInputs = [
    db
    db-metrics
    log
    metrics
    server
    supervise
  ];
  runtimeEnv.CLUSTER_CONFIGURATION = "${./supervisord.conf}";
  text = ''exec ${python313}/bin/python3.13 ${./scripts}/run.py "$@"'';
  meta.description = "The whole cluster as plain processes on this machine";
}
